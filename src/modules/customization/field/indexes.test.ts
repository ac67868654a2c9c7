import { allModules } from '#app/modules.js';
import { makePlan } from '#kernel/read/plan.js';
import type { ObjectItem, ObjectSelection } from '#kernel/read/selection.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import { Designer } from '../testing/designer.js';
import { createField } from './create-field.js';
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

const indexed = async () =>
  (await d.tenant.work((work) => work.exec('select value from kernel.field_index_text order by value', []))).rows.map(({ value }) => value);

test('a unique field takes each value once, also from two writers at once, and lets go of it again', async () => {
  await d.field('account', 'contractNo', 'text', { isUnique: true });
  const tries = await Promise.allSettled([1, 2, 3].map(() => d.create('account', { name: 'A', contractNo: 'X-1' })));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(tries.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'account.contract_no_taken', details: { errors: [{ path: '/contractNo', code: 'taken' }] } },
  });
  const [row] = await d.list('account', ['name'], { filter: { contractNo: { eq: 'X-1' } } });
  expect(row).toEqual({ name: 'A' });
  const other = await d.create('account', { name: 'B' });
  await expect(d.update('account', other['id'], { contractNo: 'X-1' })).rejects.toMatchObject({ code: 'account.contract_no_taken' });
  await d.update('account', other['id'], { contractNo: 'X-2' });
  expect(await indexed()).toEqual(['X-1', 'X-2']);
  await d.update('account', other['id'], { contractNo: null });
  expect(await indexed()).toEqual(['X-1']);
  await d.create('account', { name: 'C', contractNo: 'X-2' });
  await d.crud('account', 'delete', { id: other['id'] });
  expect(await indexed()).toEqual(['X-1', 'X-2']);
});

test('a field becomes unique only when no records share a value, and reports those that do', async () => {
  const fieldDefinitionId = await d.field('account', 'contractNo', 'text');
  const first = await d.create('account', { name: 'A', contractNo: 'X-1' });
  await d.create('account', { name: 'B', contractNo: 'X-1' });
  await expect(d.tenant.run(updateField, { fieldDefinitionId, isUnique: true })).rejects.toMatchObject({
    code: 'field_definition.not_unique',
    details: { sample: [{ value: 'X-1', ids: [first['id'], expect.any(String)] }] },
  });
  await d.update('account', first['id'], { contractNo: 'X-0' });
  await d.tenant.run(updateField, { fieldDefinitionId, isUnique: true });
  await expect(d.create('account', { name: 'C', contractNo: 'X-0' })).rejects.toMatchObject({ code: 'account.contract_no_taken' });
  expect(await indexed()).toEqual(['X-0', 'X-1']);
});

test('who writes by definitions that have changed meanwhile writes nothing', async () => {
  const fieldDefinitionId = await d.field('account', 'contractNo', 'text');
  const old = await d.resource('account');
  await d.tenant.run(updateField, { fieldDefinitionId, isUnique: true });
  await expect(
    d.tenant.work(async (work) => {
      Object.assign(work.connection.registry.resources, { get: (name: string) => (name === 'account' ? old : undefined) });
      return work.repo(old).create({ name: 'A', contractNo: 'X' });
    }),
  ).rejects.toMatchObject({ code: 'metadata.changed' });
});

test('long lists are filtered by what is indexed, and refused by what is not', async () => {
  await d.field('account', 'contractNo', 'text', { isIndexed: true });
  await d.field('account', 'note', 'text');
  await d.create('account', { name: 'A', contractNo: 'X-1', note: 'n' });
  expect(await d.list('account', ['name'], { filter: { contractNo: { in: ['X-1', 'X-2'] } } })).toEqual([{ name: 'A' }]);
  await expect(d.list('account', ['name'], { filter: { note: { eq: 'n' } } })).rejects.toMatchObject({ code: 'filter.not_indexed' });
  await expect(d.list('account', ['name'], { orderBy: [{ contractNo: 'ASC' }] })).rejects.toMatchObject({ code: 'order.not_indexed' });
});

test('lists under a record and roll-ups find what refers to it by the index, and follow when that moves or goes', async () => {
  const permit = await d.object('permit', 'permits');
  await d.field(permit, 'fee', 'decimal');
  await d.field(permit, 'accountId', 'relation', { target: 'account', settings: { inverse: 'permits', onDelete: 'set_null' } });
  await d.field('account', 'fees', 'rollup', { rollup: { from: permit, by: 'accountId', function: 'sum', value: 'fee' } });
  const [one, two] = [await d.create('account', { name: 'One' }), await d.create('account', { name: 'Two' })];
  const made = await d.create(permit, { fee: '10', accountId: one['id'] });
  await d.create(permit, { fee: '5', accountId: one['id'] });
  const definitions = await d.definitions();
  const account = definitions.resource('account');
  const inverse = definitions.inverses.get('account')?.find(({ name }) => name === 'permits');
  if (!inverse) throw new Error('The list under an account is not there.');
  const nodes: ObjectSelection = { resource: inverse.from, items: [{ kind: 'field', key: 'fee', name: 'fee' }] };
  const items: ObjectItem[] = [
    { kind: 'field', key: 'fees', name: 'fees' },
    {
      kind: 'many',
      key: 'permits',
      inverse,
      list: { resource: inverse.from, page: {}, items: [{ kind: 'nodes', key: 'nodes', selection: nodes }] },
    },
  ];
  const list = { resource: account, page: {}, items: [{ kind: 'nodes', key: 'rows', selection: { resource: account, items } } as const] };
  const plan = makePlan(definitions, d.tenant.admin, [{ kind: 'list', key: 'answer', list }]);
  expect(plan.text.match(/kernel\.field_index_ref/g)?.length).toBeGreaterThanOrEqual(2);
  const read = async () => (await d.read('account', list.items))['rows'];
  const fees = (...amounts: string[]) => ({ nodes: amounts.map((fee) => ({ fee })) });
  expect(await read()).toEqual([
    { fees: '15.00', permits: fees('10.00', '5.00') },
    { fees: null, permits: fees() },
  ]);
  await d.update(permit, made['id'], { accountId: two['id'] });
  expect(await read()).toEqual([
    { fees: '5.00', permits: fees('5.00') },
    { fees: '10.00', permits: fees('10.00') },
  ]);
  await d.crud(permit, 'delete', { id: made['id'] });
  await d.crud('account', 'delete', { id: one['id'] });
  expect(await read()).toEqual([{ fees: null, permits: fees() }]);
});

test('records are numbered by themselves, each number once', async () => {
  await d.object('contract', 'contracts');
  await d.field('x_contract', 'number', 'autonumber', { settings: { numberPattern: 'C-{year}-{0000}' } });
  const made = await Promise.all([1, 2, 3].map(() => d.create('x_contract', {})));
  const year = new Date().getUTCFullYear();
  expect(made.map((row) => row['number']).sort()).toEqual([`C-${year}-0001`, `C-${year}-0002`, `C-${year}-0003`]);
  await expect(d.create('x_contract', { number: 'mine' })).rejects.toMatchObject({ code: 'input.invalid' });
});

test('an object has at most 50 indexed fields', async () => {
  for (let i = 0; i < 50; i++) await d.field('account', `field${i}`, 'text', { isIndexed: true });
  await expect(d.field('account', 'tooMany', 'text', { isIndexed: true })).rejects.toMatchObject({ code: 'metadata.limit_exceeded' });
  expect(crudCommand(await d.resource('account'), 'create').name).toBe('account.create');
  expect(createField.name).toBe('field_definition.create');
});
