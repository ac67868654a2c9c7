import { allModules } from '#app/modules.js';
import { systemActor } from '#kernel/access/actor.js';
import { boxRulesOf } from '#kernel/box/box-rule.js';
import { boxTables, type BoxTable } from '#kernel/box/box-tables.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';

let kit: Kit;
let tables: BoxTable[];
beforeAll(async () => {
  kit = await openKit(allModules);
  const { id } = await kit.tenant();
  tables = await kit.runtime.withWork({ tenantId: id, actor: systemActor('test'), cause: { command: 'test' } }, boxTables);
});
afterAll(() => kit.close());

test('no table with a tenant is forgotten: each is in the box, or a rule says why not', async () => {
  const rows = await kit.asOwner(`select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')`);
  expect(tables.map(({ name }) => name).sort()).toEqual(rows.map((row) => String(row['name'])).sort());
  expect(tables.length).toBeGreaterThan(80);
  // May only grow with a reason that holds for everybody who moves house.
  expect(
    tables
      .filter(({ rule }) => rule.leftOut)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['identity.refresh_tokens', 'identity.sessions', 'kernel.idempotency_keys']);
});

test('every resource of every module is in a table that travels', () => {
  const travelling = new Set(tables.filter(({ rule }) => !rule.leftOut).map(({ name }) => name));
  const missing = [...kit.runtime.registry.resources.values()].map(({ table }) => table).filter((table) => !travelling.has(table));
  expect([...new Set(missing)]).toEqual(['identity.sessions']);
});

test('rules name tables and columns there are', () => {
  const known = new Map(tables.map((table) => [table.name, new Set(table.columns.map(({ name }) => name))]));
  const wrong = [...boxRulesOf(allModules)].flatMap(([table, { columns = {}, order = [] }]) => [
    ...(known.has(table) ? [] : [table]),
    ...[...Object.keys(columns), ...order].filter((column) => !known.get(table)?.has(column)).map((column) => `${table}.${column}`),
  ]);
  expect(wrong).toEqual([]);
});

test('rows of every table have an order, and what is filled in afterwards may be empty until then', () => {
  const oneRow = ['kernel.audit_heads', 'kernel.metadata_versions'];
  expect(tables.filter(({ key, name }) => key.length === 0 && !oneRow.includes(name)).map(({ name }) => name)).toEqual([]);
  const stuck = tables.flatMap(({ name, late, columns }) =>
    columns.filter((column) => late.includes(column.name) && column.isRequired).map((column) => `${name}.${column.name}`),
  );
  expect(stuck).toEqual([]);
  expect(tables.find(({ name }) => name === 'customers.accounts')?.late).toEqual(['parent_id']);
});
