import { allModules } from '#app/modules.js';
import type { InputOf } from '#kernel/resource/fields.js';
import { fieldHistory } from '#kernel/audit/field-history.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { createField } from '../field/create-field.js';
import { exportMetadata } from '../package/export-metadata.js';
import { installMetadata } from '../package/install-metadata.js';
import { Designer } from '../testing/designer.js';
import { createObject } from './create-object.js';
import { updateObject } from './update-object.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

const labels = { en: 'Word' };
const stages = [
  { key: 'draft', labels, next: ['sent'] },
  { key: 'sent', labels },
  { key: 'signed', labels, isFinal: true },
];
type Said = Partial<InputOf<(typeof createObject)['input']>>;
async function object(said: Said): Promise<string> {
  const { objectDefinitionId } = await d.tenant.run(createObject, { key: 'permit', plural: 'permits', labels, ...said });
  await d.field('x_permit', 'title', 'text');
  return objectDefinitionId;
}
const change = (objectDefinitionId: string, said: Omit<InputOf<(typeof updateObject)['input']>, 'objectDefinitionId'>) =>
  d.tenant.run(updateObject, { objectDefinitionId, ...said });
const stageOf = async (id: unknown) => (await d.list('x_permit', ['stage'], { filter: { id: { eq: id } } }))[0]?.['stage'];

test('a record goes from stage to stage as they lead, by whichever door, and its way is in the history', async () => {
  await object({ stages });
  const row = await d.create('x_permit', { title: 'A' });
  expect(row).toMatchObject({ stage: 'draft' });
  const refused = (from: string, to: unknown, allowed: string[]) => ({
    code: 'record.move_refused',
    kind: 'conflict',
    details: { from, to, allowed, errors: [expect.objectContaining({ path: '/stage' })] },
  });
  await expect(d.update('x_permit', row['id'], { stage: 'signed' })).rejects.toMatchObject(refused('draft', 'signed', ['sent']));
  await expect(d.update('x_permit', row['id'], { stage: null })).rejects.toMatchObject(refused('draft', null, ['sent']));
  await expect(d.update('x_permit', row['id'], { stage: 'lost' })).rejects.toMatchObject({ code: 'input.invalid' });
  const resource = await d.resource('x_permit');
  const many = (stage: string) => d.tenant.work((work) => work.repo(resource).updateMany([{ id: String(row['id']), patch: { stage } }]));
  await expect(many('signed')).rejects.toMatchObject(refused('draft', 'signed', ['sent']));
  await many('sent');
  await d.update('x_permit', row['id'], { stage: 'sent', title: 'B' });
  await d.update('x_permit', row['id'], { stage: 'draft' });
  await d.update('x_permit', row['id'], { stage: 'sent' });
  await d.update('x_permit', row['id'], { stage: 'signed' });
  await expect(d.update('x_permit', row['id'], { stage: 'draft' })).rejects.toMatchObject(refused('signed', 'draft', []));
  await d.update('x_permit', row['id'], { title: 'C' });
  const history = await d.tenant.run(fieldHistory, { recordId: String(row['id']), path: 'stage' });
  expect(JSON.stringify(history)).toMatch(/draft.*sent|sent.*draft/);
  expect(await d.create('x_permit', { title: 'Taken over', stage: 'sent' })).toMatchObject({ stage: 'sent' });
  expect(await d.list('x_permit', ['title'], { filter: { stage: { in: ['signed'] } } })).toEqual([{ title: 'C' }]);
});

test('formulas know the stage: what has to be there from one on', async () => {
  await object({ stages });
  await d.field('x_permit', 'sentTo', 'text', { requiredIf: 'stage = "sent"' });
  await d.field('x_permit', 'isOpen', 'formula', { formula: 'stage != "signed"' });
  const { id } = await d.create('x_permit', { title: 'A' });
  await expect(d.update('x_permit', id, { stage: 'sent' })).rejects.toMatchObject({ code: 'record.field_required' });
  await d.update('x_permit', id, { stage: 'sent', sentTo: 'Ada' });
  await d.update('x_permit', id, { stage: 'signed' });
  expect(await d.list('x_permit', ['isOpen'], { filter: { id: { eq: id } } })).toEqual([{ isOpen: false }]);
});

test('of two who move a record at once one is refused', async () => {
  await object({ stages });
  const { id } = await d.create('x_permit', { title: 'A', stage: 'sent' });
  const tries = await Promise.allSettled([d.update('x_permit', id, { stage: 'signed' }), d.update('x_permit', id, { stage: 'draft' })]);
  // The second saw where the first had brought it: from `signed` nothing follows, from `draft` not `signed`.
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('stages that are left out later are out of use, and without any the records keep theirs until there are some again', async () => {
  const id = await object({});
  const old = await d.create('x_permit', { title: 'Old' });
  await change(id, { stages });
  expect(await stageOf(old['id'])).toBeNull();
  await d.update('x_permit', old['id'], { stage: 'signed' });
  const sent = await d.create('x_permit', { title: 'Sent', stage: 'sent' });
  await change(id, {
    stages: [
      { key: 'draft', labels },
      { key: 'signed', labels, isFinal: true },
    ],
  });
  expect(await stageOf(sent['id'])).toBe('sent');
  await d.update('x_permit', sent['id'], { title: 'Still sent' });
  await expect(d.create('x_permit', { title: 'New', stage: 'sent' })).rejects.toMatchObject({ code: 'input.invalid' });
  await d.update('x_permit', sent['id'], { stage: 'draft' });
  await change(id, { stages: [] });
  expect(Object.keys((await d.resource('x_permit')).fields)).toEqual(['ownerId', 'title']);
  await d.update('x_permit', sent['id'], { title: 'Staged no more' });
  await change(id, { stages });
  expect([await stageOf(sent['id']), await stageOf(old['id'])]).toEqual(['draft', 'signed']);
});

test.each([
  ['a key twice', [stages[0], stages[0]]],
  ['a key that is none', [{ key: 'no way', labels }]],
  ['a way to nowhere', [{ key: 'draft', labels, next: ['gone'] }]],
  ['a way to itself', [{ key: 'draft', labels, next: ['draft'] }]],
  [
    'a way on from the end',
    [
      { key: 'draft', labels },
      { key: 'done', labels, isFinal: true, next: ['draft'] },
    ],
  ],
])('%s is no list of stages', async (_, bad) => {
  await expect(object({ stages: bad as typeof stages })).rejects.toMatchObject({ code: 'object_definition.stages_unfit' });
});

test('nothing else of an object with stages is called `stage`', async () => {
  const id = await object({});
  const field = { objectName: 'x_permit', key: 'stageId', type: 'relation', target: 'account', labels } as const;
  await d.tenant.run(createField, field);
  await expect(change(id, { stages })).rejects.toMatchObject({ code: 'object_definition.stages_unfit' });
  await d.tenant.run(createObject, { key: 'deed', plural: 'deeds', labels, stages });
  for (const key of ['stage', 'stageId'])
    await expect(d.tenant.run(createField, { ...field, objectName: 'x_deed', key })).rejects.toMatchObject({
      code: expect.stringMatching(/key_reserved|unfit/),
    });
});

test('without assignment records have no owner, and who reaches less than all of them reaches none', async () => {
  const id = await object({});
  const { id: ownerId, actor } = await d.tenant.user({
    permissions: { 'x_permit:read': 'own', 'x_permit:create': 'own', 'x_permit:update': 'own' },
  });
  const own = await d.create('x_permit', { title: 'Own' }, actor);
  expect(await d.list('x_permit', ['title', 'ownerId'], { actor })).toEqual([{ title: 'Own', ownerId }]);
  await change(id, { features: { assignment: false } });
  expect(Object.keys((await d.resource('x_permit')).fields)).toEqual(['title']);
  await expect(d.list('x_permit', ['title'], { actor })).rejects.toMatchObject({ code: 'access.forbidden' });
  await expect(d.create('x_permit', { title: 'New' }, actor)).rejects.toMatchObject({ code: 'access.forbidden' });
  await expect(d.update('x_permit', own['id'], { title: 'X' }, actor)).rejects.toMatchObject({
    kind: expect.stringMatching(/not_found|forbidden/),
  });
  await d.update('x_permit', own['id'], { title: 'By all' });
  await d.create('x_permit', { title: 'Nobody’s' });
  await change(id, { features: { assignment: true } });
  expect(await d.list('x_permit', ['title', 'ownerId'], { actor })).toEqual([{ title: 'By all', ownerId }]);
});

test('a package brings features and stages, and a second time changes nothing', async () => {
  await object({ stages, features: { files: false } });
  const { package: made } = await d.tenant.run(exportMetadata, {});
  expect(made['objects']).toMatchObject([{ features: { timeline: true, files: false, assignment: true }, stages }]);
  const other = new Designer(kit, await kit.tenant());
  for (const changed of [2, 0]) {
    const { steps } = await other.tenant.run(installMetadata, { package: made });
    expect(steps.filter(({ action }) => action !== 'keep')).toHaveLength(changed);
  }
  expect((await other.tenant.run(exportMetadata, {})).package).toEqual(made);
  await expect(other.create('x_permit', { title: 'A', stage: 'signed' })).resolves.toMatchObject({ stage: 'signed' });
});
