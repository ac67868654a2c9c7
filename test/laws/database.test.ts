import pg from 'pg';
import { allModules } from '#app/modules.js';
import { drift, readTables } from '#kernel/resource/drift.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const schemas = ['kernel', ...allModules.map((m) => m.name)];

async function asOwner<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: kit.urls.owner });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}
const tables = () => asOwner((client) => readTables((text, values) => client.query(text, values), schemas));

test('migrations leave the database exactly as the definitions say', async () => {
  expect(Object.fromEntries(drift(kit.runtime.registry, await tables()))).toEqual({});
});

test('drift is seen: a missing column, index and wall are reported', async () => {
  const changed = new Map(await tables());
  const facts = changed.get('customers.accounts');
  if (!facts) throw new Error('no accounts');
  changed.set('customers.accounts', {
    ...facts,
    columns: facts.columns.filter((c) => !c.startsWith('sector')),
    indexes: [],
    forcedRowSecurity: false,
  });
  expect(drift(kit.runtime.registry, changed).get('customers')?.join('\n')).toMatch(
    /add column sector text[\s\S]*create unique index[\s\S]*not forced/,
  );
});

test('every table with a tenant has row-level security on and forced', async () => {
  const all = await tables();
  const open = [...all]
    .filter(([, facts]) => facts.columns.some((c) => c.startsWith('tenant_id ')) && !facts.forcedRowSecurity)
    .map(([name]) => name);
  expect(all.size).toBeGreaterThan(40);
  expect(open).toEqual([]);
});

test('A03 every foreign key between tables of tenants carries the tenant', async () => {
  const rows = await asOwner(
    async (client) =>
      (
        await client.query<{ name: string }>(
          `select k.conrelid::regclass || ' ' || k.conname as name from pg_constraint k join pg_namespace n on n.oid = k.connamespace
     where k.contype = 'f' and n.nspname = any($1) and k.confrelid <> 'kernel.tenants'::regclass
       and not exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'tenant_id' and a.attnum = k.conkey[1])`,
          [schemas],
        )
      ).rows,
  );
  expect(rows.map((row) => row.name)).toEqual([]);
});

test('O04 the application role is neither superuser nor owner and cannot get round the wall', async () => {
  const { rows } = await kit.runtime.database.pool.query<Record<string, unknown>>(
    `select r.rolsuper, r.rolbypassrls, r.rolcreaterole, exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relowner = r.oid and n.nspname = any($1)) as owns
     from pg_roles r where r.rolname = current_user`,
    [schemas],
  );
  expect(rows).toEqual([{ rolsuper: false, rolbypassrls: false, rolcreaterole: false, owns: false }]);
});

test('without a tenant set, raw SQL of the application role finds no row in any table', async () => {
  const t = await kit.tenant();
  await t.work(async (work) => {
    await work.repo(kit.runtime.registry.resource('account')).create({ name: 'Seen by nobody', ownerId: t.admin.userId });
  });
  const client = new pg.Client({ connectionString: kit.urls.app });
  await client.connect();
  try {
    for (const [table, facts] of await tables()) {
      if (!facts.columns.some((c) => c.startsWith('tenant_id '))) continue;
      const { rows } = await client.query<{ n: number }>(`select count(*)::integer as n from ${table}`).catch((error: unknown) => {
        if (error instanceof pg.DatabaseError && error.code === '42501') return { rows: [{ n: 0 }] };
        throw error;
      });
      expect([table, rows[0]?.n]).toEqual([table, 0]);
    }
  } finally {
    await client.end();
  }
});

test('A01 a connection set to one tenant can neither read, write nor move rows of another', async () => {
  const [mine, other] = [await kit.tenant(), await kit.tenant()];
  const Account = kit.runtime.registry.resource('account');
  const row = await other.work((work) => work.repo(Account).create({ name: 'Theirs', ownerId: other.admin.userId }));
  await mine.work(async (work) => {
    expect((await work.exec('select * from customers.accounts where id = $1', [row.id])).rows).toEqual([]);
    expect((await work.exec(`update customers.accounts set name = 'x' where id = $1`, [row.id])).rowCount).toBe(0);
    expect((await work.exec('delete from customers.accounts where id = $1', [row.id])).rowCount).toBe(0);
  });
  await expect(
    mine.work((work) => work.exec(`insert into customers.accounts (tenant_id, id, name) values ($1, gen_random_uuid(), 'x')`, [other.id])),
  ).rejects.toMatchObject({ code: '42501' });
});

test('A20 a pooled connection never carries the last tenant over, not even after errors', async () => {
  const tenants = await Promise.all(Array.from({ length: 10 }, () => kit.tenant()));
  const Account = kit.runtime.registry.resource('account');
  for (const t of tenants) await t.work((work) => work.repo(Account).create({ name: t.id, ownerId: t.admin.userId }));
  const look = async (i: number): Promise<void> => {
    const t = tenants[i % tenants.length];
    if (!t) return;
    if (i % 7 === 0) await t.work((work) => work.exec('select 1 / 0', [])).catch(() => undefined);
    const rows = await t.work((work) => work.repo(Account).list({}));
    expect(rows.map((row) => (row as unknown as { name: string }).name)).toEqual([t.id]);
  };
  // More at a time than there are connections, and no more than a slow machine serves before the pool loses its patience.
  const lanes = 37;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let i = lane; i < 400; i += lanes) await look(i);
    }),
  );
});
