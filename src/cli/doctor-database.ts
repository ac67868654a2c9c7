import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Config } from '#app/config.js';
import { openPostgres, type OpenPostgres } from '#app/open-postgres.js';
import { OperatorError } from '#app/postgres/failure.js';
import { EXTENSIONS } from '#app/postgres/prepare-database.js';
import { migrationsFolder } from '#app/project-root.js';
import { pendingMigrations } from '#kernel/db/migrate.js';
import type { Check } from './finding.js';

const OLDEST_SERVER = 150_000;

/** Checks of the database itself. An embedded one that was never started is left alone. */
export function databaseChecks(config: Config): Check[] {
  if (!config.database && !existsSync(join(config.home, 'postgres'))) return [];
  const using = (look: (postgres: OpenPostgres) => Promise<string>) => async () => {
    const postgres = await openPostgres(config);
    try {
      return await look(postgres);
    } finally {
      await postgres.stop();
    }
  };
  return [
    { what: 'database', look: using(({ appUrl }) => serverVersion(appUrl)) },
    { what: 'tenant wall', look: using(({ appUrl }) => tenantWall(appUrl)) },
    { what: 'extensions', look: using(({ appUrl }) => extensions(appUrl)) },
    { what: 'migrations', look: using(({ ownerUrl }) => migrations(ownerUrl)) },
  ];
}

async function serverVersion(url: string): Promise<string> {
  const [row] = await ask(url, `select current_setting('server_version_num')::int as number, current_setting('server_version') as name`);
  if (Number(row?.['number']) >= OLDEST_SERVER) return `PostgreSQL ${String(row?.['name'])}`;
  throw new OperatorError(`PostgreSQL ${String(row?.['name'])} is too old: Kontor needs 15 or later.`);
}

/** The application role must be held by row-level security, and every table with a tenant must have it, forced. */
async function tenantWall(url: string): Promise<string> {
  const [role] = await ask(url, `select rolname, rolsuper or rolbypassrls as free from pg_roles where rolname = current_user`);
  if (role?.['free'])
    throw new OperatorError(
      `${String(role['rolname'])} may bypass row-level security: let DATABASE_URL name an account without SUPERUSER and BYPASSRLS.`,
    );
  const owned = await ask(
    url,
    `select c.oid::regclass as name from pg_class c where c.relkind = 'r' and c.relowner = (select oid from pg_roles where rolname = current_user)
    and c.relnamespace not in (select oid from pg_namespace where nspname like 'pg\\_%')`,
  );
  if (owned[0])
    throw new OperatorError(
      `${String(role?.['rolname'])} owns ${String(owned[0]['name'])}: tables belong to another account, so that nobody lifts the wall by accident.`,
    );
  const open = await ask(
    url,
    `select a.attrelid::regclass as name from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and not a.attisdropped and not (c.relrowsecurity and c.relforcerowsecurity)`,
  );
  if (open.length > 0) throw new OperatorError(`Without forced row-level security: ${open.map(({ name }) => String(name)).join(', ')}.`);
  return `holds for ${String(role?.['rolname'])}`;
}

async function extensions(url: string): Promise<string> {
  const present = (await ask(url, 'select extname from pg_extension')).map(({ extname }) => extname);
  const missing = EXTENSIONS.filter((name) => !present.includes(name));
  if (missing.length === 0) return EXTENSIONS.join(', ');
  throw new OperatorError(`missing ${missing.join(', ')}: run "npm run kontor -- prepare-database" with a superuser.`);
}

async function migrations(ownerUrl: string | null): Promise<string> {
  if (!ownerUrl) return 'not looked at: DATABASE_OWNER_URL is not set';
  const pending = await pendingMigrations(ownerUrl, migrationsFolder);
  if (pending.length === 0) return 'up to date';
  throw new OperatorError(`${pending.length} to run: "npm run kontor -- migrate".`);
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, application_name: 'kontor doctor' });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
