import { allModules } from '#app/modules.js';
import type { InputOf } from '#kernel/resource/fields.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { exportMetadata } from '../package/export-metadata.js';
import { installMetadata } from '../package/install-metadata.js';
import { Designer } from '../testing/designer.js';
import { changeType } from './change-type.js';
import { updateField } from './update-field.js';

let kit: Kit;
let d: Designer;
let [a, b] = ['', ''];
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
  [a, b] = (await Promise.all(['A', 'B'].map(async (name) => String((await d.create('account', { name }))['id'])))) as [string, string];
});
afterAll(() => kit.close());

const within = (...uniqueWithin: string[]) => ({ isUnique: true, uniqueWithin });
const change = (fieldDefinitionId: string, patch: Omit<InputOf<(typeof updateField)['input']>, 'fieldDefinitionId'>) =>
  d.tenant.run(updateField, { fieldDefinitionId, ...patch });
const taken = { code: 'contact.badge_taken', details: { errors: [{ path: '/badge', code: 'taken' }] } };
const contact = (accountId: string | null, badge: string | null) => d.create('contact', { lastName: 'X', accountId, badge });

test('a value is there once among records that share the scope, whoever comes second and by whichever door', async () => {
  await d.field('contact', 'badge', 'text', within('accountId'));
  const first = await contact(a, '1');
  const second = await contact(b, '1');
  await expect(contact(a, '1')).rejects.toMatchObject(taken);
  await expect(d.update('contact', second['id'], { accountId: a })).rejects.toMatchObject(taken);
  const third = await contact(a, '2');
  await expect(d.update('contact', third['id'], { badge: '1' })).rejects.toMatchObject(taken);
  await d.update('contact', third['id'], { badge: '1', accountId: null });
  // Who belongs to no account is among those who belong to none.
  await expect(contact(null, '1')).rejects.toMatchObject(taken);
  await d.update('contact', first['id'], { accountId: null, badge: '7' });
  await d.update('contact', second['id'], { accountId: a });
  await contact(b, '1');
  await d.crud('contact', 'delete', { id: second['id'] });
  await contact(a, '1');
  expect(await d.list('contact', ['badge'], { filter: { badge: { eq: '1' }, accountId: { eq: a } } })).toHaveLength(1);
});

test('of writers at once one comes through, whether they write the value or the scope', async () => {
  await d.field('contact', 'badge', 'text', within('accountId'));
  const idle = await Promise.all(['1', '1', '1'].map((badge, i) => contact(i === 0 ? b : null, i === 0 ? badge : `${badge}${i}`)));
  const tries = await Promise.allSettled([
    contact(a, '1'),
    contact(a, '1'),
    d.update('contact', idle[0]?.['id'], { accountId: a }),
    d.update('contact', idle[1]?.['id'], { accountId: a, badge: '1' }),
  ]);
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject(taken);
});

test('many rows in one statement are held to it too, when they are made and when their scope changes', async () => {
  await d.field('contact', 'level', 'enum', {
    options: [
      { key: 'gold', labels: { en: 'Gold' } },
      { key: 'tin', labels: { en: 'Tin' } },
    ],
  });
  await d.field('contact', 'badge', 'int', within('accountId', 'level'));
  const resource = await d.resource('contact');
  const rows = (level: string | null, badges: number[]) => badges.map((badge) => ({ lastName: 'X', accountId: a, level, badge }));
  const insert = (level: string | null, badges: number[]) => d.tenant.work((work) => work.repo(resource).insertMany(rows(level, badges)));
  await expect(insert('gold', [1, 1])).rejects.toMatchObject({ code: 'contact.badge_taken' });
  const gold = await insert('gold', [1, 2]);
  const tin = await insert('tin', [1, 2]);
  await insert(null, [1, 2]);
  const move = (ids: string[], patch: object) =>
    d.tenant.work((work) => work.repo(resource).updateMany(ids.map((id) => ({ id, patch: { ...patch } }))));
  await expect(move(tin, { level: 'gold' })).rejects.toMatchObject({ code: 'contact.badge_taken' });
  await expect(move(tin, { level: null })).rejects.toMatchObject({ code: 'contact.badge_taken' });
  await move(tin, { accountId: b });
  await move(tin, { level: 'gold' });
  await expect(move(gold, { accountId: b })).rejects.toMatchObject({ code: 'contact.badge_taken' });
});

test('what shares values already is told of, and the scope may be widened, narrowed and left', async () => {
  const id = await d.field('contact', 'badge', 'text');
  const one = await contact(a, '1');
  const two = await contact(a, '1');
  await contact(b, '1');
  await expect(change(id, within('accountId'))).rejects.toMatchObject({
    code: 'field_definition.not_unique',
    details: { sample: [{ value: '1', ids: expect.arrayContaining([one['id'], two['id']]) }] },
  });
  await d.update('contact', two['id'], { badge: '2' });
  await change(id, within('accountId'));
  await expect(change(id, { uniqueWithin: null })).rejects.toMatchObject({ code: 'field_definition.not_unique' });
  await expect(change(id, { isUnique: false })).rejects.toMatchObject({ code: 'field_definition.unfit' });
  await change(id, { isUnique: false, uniqueWithin: [] });
  await contact(a, '1');
});

test('what it is unique within is a reference, a choice, yes or no, or a text of the record, and stays as long as it is', async () => {
  const level = await d.field('contact', 'level', 'text');
  await d.field('contact', 'sum', 'formula', { formula: 'len(level)' }).catch(() => null);
  for (const scope of [['nothing'], ['badge'], ['level', 'level'], ['createdAt'], ['accountId', 'custom'], ['toString']])
    await expect(d.field('contact', 'badge', 'text', within(...scope))).rejects.toMatchObject({ code: 'field_definition.scope_unfit' });
  // The database itself empties this one.
  await expect(d.field('account', 'badge', 'text', within('parentId'))).rejects.toMatchObject({ code: 'field_definition.scope_unfit' });
  await expect(d.field('account', 'badge', 'text', { uniqueWithin: ['name'] })).rejects.toMatchObject({ code: 'field_definition.unfit' });
  await d.field('contact', 'badge', 'text', within('level'));
  await expect(change(level, { isActive: false })).rejects.toMatchObject({ code: 'field_definition.in_use' });
  await expect(d.tenant.run(changeType, { fieldDefinitionId: level, type: 'int' })).rejects.toMatchObject({
    code: 'field_definition.in_use',
  });
});

test('own objects have it too, within their owner say, and a package brings it whatever stands first in it', async () => {
  await d.object('permit', 'permits');
  await d.field('x_permit', 'zone', 'text');
  await d.field('x_permit', 'number', 'text', within('zone', 'ownerId'));
  await d.create('x_permit', { zone: 'N', number: '1' });
  await d.create('x_permit', { zone: 'S', number: '1' });
  await expect(d.create('x_permit', { zone: 'N', number: '1' })).rejects.toMatchObject({ code: 'x_permit.number_taken' });
  const { package: made } = await d.tenant.run(exportMetadata, {});
  const fields = (made['fields'] as { key: string }[]).toReversed();
  expect(fields).toContainEqual(expect.objectContaining({ key: 'number', uniqueWithin: ['zone', 'ownerId'] }));
  const other = new Designer(kit, await kit.tenant());
  for (const order of [fields, fields.toReversed()]) await other.tenant.run(installMetadata, { package: { ...made, fields: order } });
  await other.create('x_permit', { zone: 'N', number: '1' });
  await expect(other.create('x_permit', { zone: 'N', number: '1' })).rejects.toMatchObject({ code: 'x_permit.number_taken' });
});
