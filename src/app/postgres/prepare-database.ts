import { Client } from 'pg';

/** What has to exist before the first migration can run. Made by a superuser; every statement may run again. */
export interface DatabasePlan {
  /** A superuser's address, on any database of the server. */
  readonly superUrl: string;
  readonly database: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
}

export const EXTENSIONS = ['pg_trgm', 'unaccent', 'btree_gist', 'btree_gin', 'pgcrypto'] as const;

/**
 * Comparisons that tell nobody what they compared: they neither fail nor speak because of a value. PostgreSQL does not know that of
 * these by itself, and would not let them choose an index beneath row-level security.
 */
const LEAKPROOF = [
  'texticlike(text, text)',
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((name) => `numeric_${name}(numeric, numeric)`),
] as const;

/**
 * Two accounts share the work: `kontor_owner` owns the tables and migrates, `kontor_app` serves requests and can neither own nor
 * bypass row-level security. `kontor_relay` cannot log in: it owns the few functions that see all tenants.
 */
export async function prepareDatabase({ superUrl, database, ownerPassword, appPassword }: DatabasePlan): Promise<void> {
  await withClient(superUrl, async (client) => {
    await client.query("select pg_advisory_lock(hashtext('kontor prepare'))");
    await ensureRole(
      client,
      'kontor_owner',
      `login nosuperuser nobypassrls nocreatedb nocreaterole password ${client.escapeLiteral(ownerPassword)}`,
    );
    await ensureRole(
      client,
      'kontor_app',
      `login nosuperuser nobypassrls nocreatedb nocreaterole password ${client.escapeLiteral(appPassword)}`,
    );
    await ensureRole(client, 'kontor_relay', 'nologin nosuperuser nobypassrls');
    // Only so that a migration can hand functions over to it; the owner does not inherit its sight.
    await client.query('grant kontor_relay to kontor_owner with inherit false, set true');
    await client.query('revoke kontor_relay from kontor_app');
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(database)} owner kontor_owner encoding 'UTF8' template template0`);
    await client.query(`revoke all on database ${client.escapeIdentifier(database)} from public`);
    await client.query(`grant connect, temporary on database ${client.escapeIdentifier(database)} to kontor_app`);
  });
  await withClient(onDatabase(superUrl, database), async (client) => {
    for (const extension of EXTENSIONS) await client.query(`create extension if not exists ${extension}`);
    for (const callable of LEAKPROOF) await client.query(`alter function pg_catalog.${callable} leakproof`);
    await client.query('grant usage on schema public to public');
  });
}

export function onDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

async function ensureRole(client: Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${name} ${attributes}`);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'kontor prepare' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
