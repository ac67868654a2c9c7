import { allModules } from '#app/modules.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { deleteObject } from '../object/delete-object.js';
import { ObjectDefinition } from '../object/object-definition.resource.js';
import { updateObject } from '../object/update-object.js';
import { Designer } from '../testing/designer.js';
import { changeType } from './change-type.js';
import { createField } from './create-field.js';
import { deleteField } from './delete-field.js';
import { updateField } from './update-field.js';

let kit: Kit;
let d: Designer;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  d = new Designer(kit, await kit.tenant());
});
afterAll(() => kit.close());

const option = (key: string) => ({ key, labels: { en: key } });

test('a dry run tells what each value would become, and changes nothing', async () => {
  const fieldDefinitionId = await d.field('account', 'size', 'text');
  for (const size of ['12', '7.9', 'many', '-3']) await d.create('account', { name: size, size });
  const told = await d.tenant.run(changeType, { fieldDefinitionId, type: 'int', dryRun: true });
  expect(told).toMatchObject({ convertible: 2, lossy: 1, failing: 1 });
  expect(told.sample).toMatchObject([
    { value: '7.9', becomes: 7 },
    { value: 'many', becomes: null },
  ]);
  expect(await d.list('account', ['size'], { filter: { name: { eq: '7.9' } } })).toEqual([{ size: '7.9' }]);
});

test('a change that would lose something is refused with a sample, and done when the loss is accepted', async () => {
  const fieldDefinitionId = await d.field('account', 'size', 'text', { isIndexed: true });
  for (const size of ['12', '7.9', 'many']) await d.create('account', { name: size, size });
  await expect(d.tenant.run(changeType, { fieldDefinitionId, type: 'int' })).rejects.toMatchObject({
    code: 'field_definition.type_change_lossy',
    details: { lossy: 1, failing: 1, sample: [{ value: '7.9' }, { value: 'many' }] },
  });
  await d.tenant.run(changeType, { fieldDefinitionId, type: 'int', acceptLoss: true });
  expect(
    await d.list('account', ['name', 'size'], { filter: { name: { in: ['12', '7.9', 'many'] } }, orderBy: [{ name: 'ASC' }] }),
  ).toEqual([
    { name: '12', size: 12 },
    { name: '7.9', size: 7 },
    { name: 'many', size: null },
  ]);
  expect(await d.list('account', ['name'], { filter: { size: { gt: 10 } } })).toEqual([{ name: '12' }]);
  await expect(d.create('account', { name: 'X', size: 'text' })).rejects.toMatchObject({ code: 'input.invalid' });
});

test('values go through the rules of the new type: choices, masks, days, scale', async () => {
  const tier = await d.field('account', 'tier', 'text');
  const since = await d.field('account', 'since', 'text');
  const rate = await d.field('account', 'rate', 'decimal', { settings: { scale: 3 } });
  await d.create('account', { name: 'A', tier: 'gold', since: '2026-02-28', rate: '1.125' });
  await d.create('account', { name: 'B', tier: 'tin', since: '2026-02-30', rate: '1.100' });
  const plan = (fieldDefinitionId: string, input: object) =>
    d.tenant.run(changeType, { fieldDefinitionId, dryRun: true, type: 'text', ...input });
  expect(await plan(tier, { type: 'enum', options: [option('gold')] })).toMatchObject({ convertible: 1, failing: 1 });
  expect(await plan(since, { type: 'date' })).toMatchObject({ convertible: 1, failing: 1 });
  expect(await plan(rate, { type: 'percent', settings: { scale: 1 } })).toMatchObject({ convertible: 1, lossy: 1 });
  await expect(plan(tier, { type: 'relation' })).rejects.toMatchObject({ code: 'field_definition.type_fixed' });
  await expect(plan(tier, { type: 'enum' })).rejects.toMatchObject({ code: 'field_definition.unfit' });
});

test('a unique field stays unique by its new type, and a field of formulas keeps its type', async () => {
  const code = await d.field('account', 'code', 'text', { isUnique: true });
  await d.create('account', { name: 'A', code: '1' });
  await d.create('account', { name: 'B', code: '1.0' });
  await expect(d.tenant.run(changeType, { fieldDefinitionId: code, type: 'int' })).rejects.toMatchObject({
    code: 'field_definition.not_unique',
  });
  const seats = await d.field('account', 'seats', 'int');
  await d.field('account', 'twice', 'formula', { formula: 'seats * 2' });
  await expect(d.tenant.run(changeType, { fieldDefinitionId: seats, type: 'text' })).rejects.toMatchObject({
    code: 'field_definition.in_use',
  });
});

test('a field goes for good only from out of use, with what was in it; its key is free then', async () => {
  const fieldDefinitionId = await d.field('account', 'note', 'text', { isIndexed: true });
  const row = await d.create('account', { name: 'A', note: 'n' });
  await expect(d.tenant.run(deleteField, { fieldDefinitionId })).rejects.toMatchObject({ code: 'field_definition.still_active' });
  await d.tenant.run(updateField, { fieldDefinitionId, isActive: false });
  await expect(d.tenant.run(deleteField, { fieldDefinitionId })).rejects.toMatchObject({
    code: 'field_definition.has_values',
    details: { values: 1 },
  });
  expect(await d.tenant.run(deleteField, { fieldDefinitionId, withValues: true })).toMatchObject({ deletedValues: 1 });
  await d.field('account', 'note', 'int');
  expect(await d.list('account', ['note'], { filter: { id: { eq: row['id'] } } })).toEqual([{ note: null }]);
});

test('an object goes for good only from out of use, unreferred to, and with its records only when told so', async () => {
  const { definitionId } = await contracts();
  await d.field('account', 'contractId', 'relation', { target: 'x_contract' });
  const row = await d.create('x_contract', { no: 'C-1' });
  const remove = (withRecords = false) => d.tenant.run(deleteObject, { objectDefinitionId: definitionId, withRecords });
  await expect(remove()).rejects.toMatchObject({ code: 'object_definition.still_active' });
  await d.tenant.run(updateObject, { objectDefinitionId: definitionId, isActive: false });
  await expect(remove()).rejects.toMatchObject({ code: 'object_definition.in_use', details: { users: ['account.contractId'] } });
  const [ref] = (await d.tenant.work((work) => work.exec(`select id from customization.field_definitions where key = 'contractId'`, [])))
    .rows;
  await d.tenant.run(updateField, { fieldDefinitionId: String(ref?.['id']), isActive: false });
  await d.tenant.run(deleteField, { fieldDefinitionId: String(ref?.['id']) });
  await expect(remove()).rejects.toMatchObject({ code: 'object_definition.has_records', details: { records: 1 } });
  expect(await remove(true)).toMatchObject({ deletedRecords: 1 });
  await contracts();
  const next = await d.create('x_contract', { no: 'C-1' });
  expect(String(next['id']).slice(14, 18)).not.toBe(String(row['id']).slice(14, 18));
});

async function contracts(): Promise<{ definitionId: string }> {
  await d.object('contract', 'contracts');
  await d.field('x_contract', 'no', 'text', { isUnique: true });
  const found = await d.tenant.work((work) => work.system.repo(ObjectDefinition).first({ key: 'contract' }));
  return { definitionId: String(found?.id) };
}

test('a list of a reference cannot be called by a name the target has', async () => {
  await d.object('contract', 'contracts');
  await d.field('account', 'deals', 'int');
  const relation = (inverse: string) =>
    d.tenant.run(createField, {
      objectName: 'x_contract',
      key: 'accountId',
      type: 'relation',
      target: 'account',
      labels: { en: 'A' },
      settings: { inverse },
    });
  for (const inverse of ['deals', 'name', 'contacts', 'id'])
    await expect(relation(inverse)).rejects.toMatchObject({ code: 'field_definition.unfit' });
  await relation('contracts');
  await expect(d.field('account', 'contracts', 'int')).rejects.toMatchObject({ code: 'field_definition.unfit' });
});
