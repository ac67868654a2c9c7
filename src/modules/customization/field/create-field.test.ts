import { allModules } from '#app/modules.js';
import { makePlan, runPlan } from '#kernel/read/plan.js';
import { constant } from '#kernel/read/values.js';
import type { ObjectItem } from '#kernel/read/selection.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { crudCommand } from '#kernel/usecase/crud.js';
import { createField } from './create-field.js';
import { updateField } from './update-field.js';

let kit: Kit;
let t: TestTenant;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  t = await kit.tenant();
});
afterAll(() => kit.close());

const labels = { de: 'Feld', en: 'Field' };
const field = (key: string, type: Parameters<typeof createField.run>[0]['type'], more: object = {}) =>
  t.run(createField, { objectName: 'account', key, type, labels, ...more });
const definitions = () => kit.runtime.definitionsOf(t.id);
const own = async (name = 'account') => (await definitions()).resource(name);
const create = async (row: object, name = 'account') =>
  (await t.run(crudCommand(await own(name), 'create'), { ...(name === 'account' ? { name: 'Muster GmbH' } : {}), ...row })) as Record<
    string,
    unknown
  >;

async function list(filter: object, fields: readonly string[], orderBy: object[] = [], name = 'account'): Promise<unknown> {
  const resource = await own(name);
  const items: ObjectItem[] = fields.map((key) => ({ kind: 'field', key, name: key }));
  const plan = makePlan(await definitions(), t.admin, [
    {
      kind: 'list',
      key: 'r',
      list: {
        resource,
        page: { filter: constant(filter), orderBy: constant(orderBy) },
        items: [{ kind: 'nodes', key: 'data', selection: { resource, items } }],
      },
    },
  ]);
  const text = await runPlan(kit.runtime.database.pool, plan, { tenantId: t.id, actor: t.admin, variables: {}, cursorSecret: 's' });
  return (JSON.parse(text) as { r: { data: unknown } }).r.data;
}

test('a field of a company is written, read, filtered and ordered like any other', async () => {
  await field('contractNo', 'text', { settings: { maxLength: 20 } });
  await field('seats', 'int');
  await field('discount', 'decimal', { settings: { scale: 3 } });
  await field('budget', 'money');
  await field('signedOn', 'date');
  await field('calledAt', 'dateTime');
  await field('isKey', 'bool');
  const row = await create({
    contractNo: 'A-1',
    seats: 5,
    discount: '1.5',
    budget: { amount: '10.5', currency: 'EUR' },
    signedOn: '2026-03-01',
    calledAt: '2026-03-02T09:00:00Z',
    isKey: true,
  });
  expect(row).toMatchObject({
    contractNo: 'A-1',
    seats: 5,
    discount: '1.500',
    budget: { amount: '10.5000', currency: 'EUR' },
    isKey: true,
  });
  await create({ name: 'Other', contractNo: 'B-2', seats: 7 });
  const fields = ['name', 'contractNo', 'seats', 'discount', 'budget', 'signedOn', 'calledAt', 'isKey'];
  expect(
    await list(
      { id: { eq: row['id'] }, contractNo: { eq: 'A-1' }, budget: { amount: { gt: '10' } }, calledAt: { lt: '2027-01-01T00:00:00Z' } },
      fields,
    ),
  ).toEqual([
    {
      name: 'Muster GmbH',
      contractNo: 'A-1',
      seats: 5,
      discount: '1.500',
      budget: { amount: '10.5000', currency: 'EUR' },
      signedOn: '2026-03-01',
      calledAt: '2026-03-02T09:00:00+00:00',
      isKey: true,
    },
  ]);
});

test('a change of a field is one of the record: audited, told, and answered', async () => {
  await field('contractNo', 'text');
  const row = await create({ contractNo: 'A-1' });
  const changed = (await t.run(crudCommand(await own(), 'update'), { id: String(row['id']), patch: { contractNo: 'A-2' } })) as Record<
    string,
    unknown
  >;
  expect(changed).toMatchObject({ contractNo: 'A-2', version: 2, name: 'Muster GmbH' });
  const audit = await t.work((work) =>
    work.exec('select changes from kernel.audit_entries where record_id = $1 order by at, id', [row['id']]),
  );
  expect(audit.rows.at(-1)).toEqual({ changes: { contractNo: ['A-1', 'A-2'] } });
  const events = await t.work((work) => work.exec(`select payload from kernel.outbox where subject_id = $1 order by id`, [row['id']]));
  expect(events.rows.some(({ payload }) => JSON.stringify(payload).includes('contractNo'))).toBe(true);
});

test('an emptied field leaves nothing behind, and what is in a field out of use stays', async () => {
  const { fieldDefinitionId } = await field('contractNo', 'text');
  await field('seats', 'int');
  const row = await create({ contractNo: 'A-1', seats: 3 });
  await t.run(updateField, { fieldDefinitionId, isActive: false });
  await expect(create({ contractNo: 'A-1' })).rejects.toMatchObject({ code: 'input.invalid' });
  await t.run(crudCommand(await own(), 'update'), { id: String(row['id']), patch: { seats: null } });
  const { rows } = await t.work((work) => work.exec('select custom from customers.accounts where id = $1', [row['id']]));
  expect(rows).toEqual([{ custom: { contractNo: 'A-1' } }]);
  await t.run(updateField, { fieldDefinitionId, isActive: true });
  expect(await list({ id: { eq: row['id'] } }, ['contractNo', 'seats'])).toEqual([{ contractNo: 'A-1', seats: null }]);
});

test('another company knows nothing of it', async () => {
  await field('contractNo', 'text');
  const other = await kit.tenant();
  expect(Object.keys((await kit.runtime.definitionsOf(other.id)).resource('account').fields)).not.toContain('contractNo');
  expect((await kit.runtime.definitionsOf(other.id)).key).toBe('');
});
