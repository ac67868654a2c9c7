import pg from 'pg';
import type { Machine } from './machine.js';

/** A table that holds rows of tenants. */
export interface Walled {
  readonly name: string;
  readonly forced: boolean;
  readonly tenantRequired: boolean;
}

/** Every table of ours, and whether it has a tenant, must have one, and is walled off for its owner too. */
export async function tablesOf({ witness }: Machine): Promise<{ walled: Walled[]; open: string[] }> {
  const { rows } = await witness.query<Walled & { tenant: boolean }>(`
    select n.nspname || '.' || c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as tenant,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull) as "tenantRequired"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema|bullmq)' order by 1`);
  return { walled: rows.filter(({ tenant }) => tenant), open: rows.filter(({ tenant }) => !tenant).map(({ name }) => name) };
}

/** Functions that run with more rights than their caller has, and may be called by the application. */
export async function doorsIn({ witness }: Machine): Promise<string[]> {
  const { rows } = await witness.query<{ name: string }>(`
    select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef and has_function_privilege('kontor_app', p.oid, 'execute') and n.nspname !~ '^pg_' order by 1`);
  return rows.map(({ name }) => name);
}

/** What the application's role can do, by plain SQL, to another tenant's rows. `session` is the tenant its connection is set to; null: none. */
export async function breachesOf(machine: Machine, tables: readonly Walled[], victim: string, session: string | null): Promise<string[]> {
  const client = new pg.Client({ connectionString: machine.kit.urls.app });
  await client.connect();
  try {
    if (session !== null) await client.query(`select set_config('app.tenant_id', $1, false)`, [session]);
    const breaches: string[] = [];
    for (const [attempt, statement] of tables.flatMap(attemptsOn)) {
      const outcome = await tried(client, statement, victim);
      if (outcome !== null) breaches.push(`${attempt}: ${outcome}`);
    }
    return breaches;
  } finally {
    await client.end();
  }
}

const attemptsOn = ({ name }: Walled): [string, string][] => [
  [`select ${name}`, `select from ${name} where tenant_id = $1`],
  [`update ${name}`, `update ${name} set tenant_id = tenant_id where tenant_id = $1`],
  [`delete ${name}`, `delete from ${name} where tenant_id = $1`],
  [`insert ${name}`, `insert into ${name} (tenant_id) values ($1)`],
  [`move ${name}`, `update ${name} set tenant_id = $1`],
];

/** Null when nothing was reached: no row, or refused for want of rights. */
async function tried(client: pg.Client, statement: string, victim: string): Promise<string | null> {
  await client.query('begin');
  try {
    const { rowCount } = await client.query(statement, [victim]);
    return rowCount === 0 ? null : `${rowCount} rows`;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return null;
    return error instanceof Error ? error.message : 'failed';
  } finally {
    await client.query('rollback');
  }
}
