import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { RowsRefused } from '#kernel/usecase/judge.js';
import type { RowChange } from '#kernel/usecase/work.js';
import { allModules } from '#app/modules.js';
import { fieldHistory } from '#kernel/audit/field-history.js';
import { verifyAudit } from '#kernel/audit/verify-audit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { Designer } from '#modules/customization/testing/designer.js';
import { QualityOffice } from '#modules/quality/testing/office.js';

let kit: Kit;
let t: TestTenant;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  t = await kit.tenant();
});
afterAll(() => kit.close());

const contacts = (count: number): Promise<string[]> =>
  t.work((work) =>
    work.repo(Contact).insertMany(
      Array.from({ length: count }, (_, i) => ({ lastName: `No ${i}`, email: `p${i}@example.com` })),
      { events: 'none' },
    ),
  );
/** What audit and outbox tell of records, ids and times aside. */
async function told(ids: readonly string[], action: string) {
  const audit = await kit.asOwner(
    `select actor_kind, actor_id, actor_label, command, resource, action, changes::text, personal is not null as sealed, on_behalf_of
     from kernel.audit_entries where record_id = any($1::uuid[]) and action = $2 order by array_position($1::uuid[], record_id), id`,
    [ids, action],
    t.id,
  );
  const events = await kit.asOwner(
    `select type, payload - 'id' as payload, payload->'changed' as changed, actor, cause from kernel.outbox
     where subject_id = any($1::uuid[]) and type like '%' || $2 order by array_position($1::uuid[], subject_id), (payload->>'version')::integer`,
    [ids, action],
    t.id,
  );
  return { audit, events };
}
const patches = [
  { lastName: 'Neu', jobTitle: 'Chefin' },
  { email: 'neu@example.com' },
  { lastName: 'No 2' },
  { doNotCall: true, address: { city: 'Bonn' } },
];

test('many updates tell of themselves as the same updates one by one do', async () => {
  const [many, one] = [await contacts(4), await contacts(4)];
  const changed = await t.work((work) => work.repo(Contact).updateMany(many.map((id, i) => ({ id, patch: patches[i] ?? {} }))));
  await t.work(async (work) => {
    for (const [i, id] of one.entries()) await work.repo(Contact).update(id, patches[i] ?? {});
  });
  expect(changed.map(({ before, version }) => [before.lastName, before.version, version])).toEqual([
    ['No 0', 1, 2],
    ['No 1', 1, 2],
    ['No 2', 1, 1],
    ['No 3', 1, 2],
  ]);
  const { audit, events } = await told(many, 'updated');
  expect(audit).toHaveLength(3);
  expect({ audit, events }).toEqual(await told(one, 'updated'));
  const plain = (ids: readonly string[]) =>
    t.work(async (work) =>
      (await work.repo(Contact).list({ id: [...ids] }, { orderBy: ['lastName'] })).map(
        ({ id: _, createdAt: _c, updatedAt: _u, ...row }) => row,
      ),
    );
  expect(await plain(many)).toEqual(await plain(one));
  // What was sealed can be opened, and the chain holds.
  const { steps } = await t.run(fieldHistory, { recordId: many[0] ?? '', path: 'lastName' });
  expect(steps.map(({ before, after }) => [before, after])).toEqual([
    ['No 0', 'Neu'],
    [null, 'No 0'],
  ]);
  await kit.drain();
  expect(await t.run(verifyAudit, {})).toMatchObject({ intact: true });
});

test('a row that comes again is changed once more, in the order given', async () => {
  const [id = ''] = await contacts(1);
  const changes: RowChange<{ lastName: string }>[] = ['A', 'B', 'C'].map((lastName) => ({ id, patch: { lastName } }));
  const changed = await t.work((work) => work.repo(Contact).updateMany(changes));
  expect(changed.map(({ before, version }) => [before.lastName, version])).toEqual([
    ['No 0', 2],
    ['A', 3],
    ['B', 4],
  ]);
});

test('one row out of reach refuses all: of another company, of somebody else, or gone', async () => {
  const mine = await contacts(2);
  const other = await kit.tenant();
  const foreign = await other.work((work) => work.repo(Contact).create({ lastName: 'Fremd' }));
  const narrow = (await t.user({ permissions: { 'contact:read': 'own', 'contact:update': 'own', 'contact:delete': 'own' } })).actor;
  const change = (ids: readonly string[]) => ids.map((id) => ({ id, patch: { lastName: 'Anders' } }));
  const gone = { code: 'contact.not_found' };
  await expect(t.work((work) => work.repo(Contact).updateMany(change([...mine, foreign.id])))).rejects.toMatchObject(gone);
  await expect(t.work((work) => work.repo(Contact).deleteMany([...mine, foreign.id]))).rejects.toMatchObject(gone);
  await expect(t.work((work) => work.repo(Contact).updateMany(change(mine)), narrow)).rejects.toMatchObject(gone);
  await expect(t.work((work) => work.repo(Contact).deleteMany(mine), narrow)).rejects.toMatchObject(gone);
  const names = await t.work((work) => work.repo(Contact).list({ id: mine }, { orderBy: ['lastName'] }));
  expect(names.map(({ lastName, version }) => [lastName, version])).toEqual([
    ['No 0', 1],
    ['No 1', 1],
  ]);
  expect(await other.work((work) => work.repo(Contact).get(foreign.id))).toMatchObject({ lastName: 'Fremd' });
});

test('rows that refer to one another are deleted together, each with its entry; what others refer to stays, and all with it', async () => {
  const ids = await t.work(async (work) => {
    const [mother, daughter] = [await work.repo(Account).create({ name: 'Mutter' }), await work.repo(Account).create({ name: 'Tochter' })];
    await work.repo(Account).update(daughter.id, { parentId: mother.id });
    await work.repo(Account).update(mother.id, { parentId: daughter.id });
    return [mother.id, daughter.id];
  });
  const contact = await t.work((work) => work.repo(Contact).create({ lastName: 'Dort', accountId: ids[0] ?? '' }));
  await expect(t.work((work) => work.repo(Account).deleteMany(ids))).rejects.toMatchObject({ kind: 'conflict', code: 'account.in_use' });
  expect(await t.work((work) => work.repo(Account).count({}))).toBe(2);
  await t.work((work) => work.repo(Contact).delete(contact.id));
  await t.work((work) => work.repo(Account).deleteMany(ids));
  expect(await t.work((work) => work.repo(Account).count({}))).toBe(0);
  const { audit, events } = await told(ids, 'deleted');
  expect([audit.length, events.length]).toEqual([2, 2]);
  expect(audit[0]?.['changes']).toContain('Mutter');
});

test('fields of the company’s own are kept and indexed, each row its own; a unique value that is taken refuses all', async () => {
  const d = new Designer(kit, t);
  await d.field('account', 'contractNo', 'text', { isUnique: true });
  await d.field('account', 'area', 'int');
  const made = [];
  for (const row of [{ contractNo: 'A', area: 1 }, { contractNo: 'B' }, { area: 3 }])
    made.push(await d.create('account', { name: 'N', ...row }));
  const ids = made.map((row) => String(row['id']));
  const resource = await d.resource('account');
  const update = (own: readonly Record<string, unknown>[]) =>
    t.work((work) => work.repo(resource).updateMany(own.map((patch, i) => ({ id: ids[i] ?? '', patch }))));
  await update([{ contractNo: null, name: 'Erste' }, { area: 2 }, { contractNo: 'C', area: null }]);
  const rows = await d.list('account', ['name', 'contractNo', 'area'], { orderBy: [{ name: 'ASC' }, { contractNo: 'ASC' }] });
  expect(rows).toEqual([
    { name: 'Erste', contractNo: null, area: 1 },
    { name: 'N', contractNo: 'B', area: 2 },
    { name: 'N', contractNo: 'C', area: null },
  ]);
  const indexed = () => kit.asOwner('select value from kernel.field_index_text order by value', [], t.id);
  expect(await indexed()).toEqual([{ value: 'B' }, { value: 'C' }]);
  await expect(update([{ contractNo: 'B' }, {}, { area: 4 }])).rejects.toMatchObject({ code: 'account.contract_no_taken' });
  await t.work((work) => work.repo(resource).deleteMany(ids.slice(1)));
  expect(await indexed()).toEqual([]);
});

test('what a field of the company’s own refers to is held fast, set free, or goes along when many go at once', async () => {
  const d = new Designer(kit, t);
  const permit = await d.object('permit', 'permits');
  await d.field(permit, 'plate', 'text');
  await d.field(permit, 'keeperId', 'relation', { target: 'account', settings: { onDelete: 'restrict' } });
  await d.field(permit, 'payerId', 'relation', { target: 'account', settings: { onDelete: 'set_null' } });
  const [keeper, payer] = [await d.create('account', { name: 'Halter' }), await d.create('account', { name: 'Zahler' })];
  const held = await d.create(permit, { plate: 'B-1', keeperId: keeper['id'], payerId: payer['id'] });
  const remove = (...rows: Record<string, unknown>[]) => t.work((work) => work.repo(Account).deleteMany(rows.map(({ id }) => String(id))));
  await expect(remove(keeper, payer)).rejects.toMatchObject({ code: 'account.in_use' });
  await remove(payer);
  expect(await d.list(permit, ['plate', 'payerId'])).toEqual([{ plate: 'B-1', payerId: null }]);
  await d.crud(permit, 'delete', { id: held['id'] });
  await remove(keeper);
});

test('a rule is asked about rows that changed what it looks at, and about no others; each that is refused is named', async () => {
  const office = new QualityOffice(kit, t);
  const ids = await t.work((work) =>
    work.repo(Account).insertMany([{ name: 'A' }, { name: 'B' }, { name: 'C', sector: 'retail' }, { name: 'D', sector: 'retail' }]),
  );
  await office.rule({ key: 'sector', resource: 'account', kind: 'required', fields: ['sector'], severity: 'refuse', atEntry: true });
  const update = (...own: Record<string, unknown>[]) =>
    t.work((work) => work.repo(Account).updateMany(own.map((patch, i) => ({ id: ids[i] ?? '', patch }))));
  // A and B have no sector, and nobody asks while that is left alone.
  await update({ name: 'A2' }, { name: 'B2' }, { name: 'C2', sector: 'technology' });
  const refused = await update({ name: 'A3' }, { sector: 'retail' }, { sector: null }, { sector: null }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RowsRefused);
  expect(refused instanceof RowsRefused && [...refused.rows.keys()].sort()).toEqual([2, 3]);
  expect((await t.work((work) => work.repo(Account).list({}, { orderBy: ['name'] }))).map(({ name }) => name)).toEqual([
    'A2',
    'B2',
    'C2',
    'D',
  ]);
});
