import pg from 'pg';
import type { EmbeddedPostgres } from '#app/embedded-postgres.js';
import { fillCrm, type CrmData } from './crm-data.ts';

type Codes = Parameters<typeof fillCrm>[1];
const tables = ['customers.accounts', 'customers.contacts'];
const perCompany = 400;

/** So many accounts in the demo company, each with a contact, and so many companies beside it with 400 of each. */
export async function fillGrown(postgres: EmbeddedPostgres, codes: Codes, size: { accounts: number; companies: number }): Promise<CrmData> {
  const url = new URL(postgres.superUrl);
  url.pathname = new URL(postgres.ownerUrl).pathname;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    // Keys and triggers are left out, and indexes made over all rows at once: row by row would take an hour.
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid = any($1::regclass[]) and not indisprimary and not indisunique`,
      [tables],
    );
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    const session = new URL(url);
    session.searchParams.set('options', '-c session_replication_role=replica');
    const data = await fillCrm({ ownerUrl: session.href, appUrl: postgres.appUrl }, codes, {
      accounts: size.accounts,
      contacts: 1,
      opportunities: 0,
    });
    if (size.companies > 0) await fillCompanies(client, data.tenantId, size.companies);
    await client.query(`set maintenance_work_mem = '512MB'`);
    for (const { definition } of indexes) await client.query(definition);
    for (const table of tables) await client.query(`vacuum analyze ${table}`);
    await client.query('checkpoint');
    return data;
  } finally {
    await client.end();
  }
}

/** Every company has copies of the same rows, as the first one's but with ids of its own. */
async function fillCompanies(client: pg.Client, from: string, companies: number): Promise<void> {
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into kernel.tenants select (jsonb_populate_record(t, jsonb_build_object('id', uuidv7(), 'slug', 'bench-' || n))).*
     from kernel.tenants t, generate_series(1, $2::int) n where t.id = $1`,
    [from, companies],
  );
  // Three digits of an id count companies; a row's account moves along with it.
  const moved = (column: string) => `(left(a.${column}::text, 20) || lpad(to_hex(t.n), 3, '0') || right(a.${column}::text, 13))::uuid`;
  for (const table of tables) {
    const { rows } = await client.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    );
    const columns = rows.map(({ name }) => name);
    const values = columns.map((name) => {
      if (name === 'tenant_id') return 't.id';
      if (name === 'id' || name === 'account_id') return moved(name);
      return `a.${name}`;
    });
    await client.query(
      `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')}
       from (select id, row_number() over (order by id) as n from kernel.tenants where id <> $1) t,
         (select * from ${table} where tenant_id = $1 and id < '018f0000-0000-7000-8000-000000000000' order by id limit $2) a`,
      [from, perCompany],
    );
  }
  await client.query('set session_replication_role = default');
}
