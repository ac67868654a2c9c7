import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { contendersFolder, type Contender } from './contender.ts';
import type { CrmData } from './crm-data.ts';
import type { Installation } from './installation.ts';
import type { Shot } from './load.ts';

const token = 'bench-token-0123456789abcdef';
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
const account = 'id,name,sector,employees';
const contacts = 'contacts.id,contacts.first_name,contacts.last_name,contacts.email';

/** Directus keeps its own tables beside the data, so it gets a database of its own with a copy of the rows. */
export async function startDirectus(installation: Installation, data: CrmData, ids: readonly string[]): Promise<Contender> {
  const env = {
    DB_CLIENT: 'pg',
    DB_CONNECTION_STRING: await copyRows(installation, data),
    DB_POOL__MIN: '6',
    DB_POOL__MAX: '6',
    SECRET: token + token,
    ADMIN_EMAIL: 'bench@example.com',
    ADMIN_PASSWORD: token,
    ADMIN_TOKEN: token,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    RATE_LIMITER_ENABLED: 'false',
    PRESSURE_LIMITER_ENABLED: 'false',
    TELEMETRY: 'false',
    CACHE_ENABLED: 'false',
    NODE_ENV: 'production',
    READY_PATH: '/server/ping',
  };
  const cli = join(contendersFolder, 'node_modules', 'directus', 'cli.js');
  await run([cli, 'bootstrap'], env);
  const url = await installation.neighbour(cli, env, ['start']);
  await relate(url);
  const get = (path: string): Shot => ({ method: 'GET', path: path.replaceAll('[', '%5B').replaceAll(']', '%5D'), headers });
  // It has no sum in a nested list: the open deals' amounts are sent, and whoever asks adds them up.
  const nested = `fields=${account},${contacts},opportunities.amount&deep[contacts][_limit]=5&deep[opportunities][_filter][status][_eq]=open`;
  const row = (id: string, i: number) => ({
    account_id: id,
    first_name: 'Bench',
    last_name: `Contact ${i}`,
    email: `bench${i}@example.test`,
  });
  return {
    name: 'Directus 12',
    url,
    shots: {
      // It compares no uuids, so it pages by number, as its own clients do.
      L1: Array.from({ length: 400 }, (_, i) => get(`/items/accounts?${nested}&limit=50&sort=id&page=${i + 1}`)),
      L2: ids.map((id) => get(`/items/accounts/${id}?fields=${account},${contacts}&deep[contacts][_limit]=50`)),
      create: ids.map((id, i) => ({ method: 'POST', path: '/items/contacts', headers, body: JSON.stringify(row(id, i)) })),
    },
  };
}

const tables = `create table accounts (id uuid primary key, name text not null, sector text, employees integer);
  create table contacts (id uuid primary key default gen_random_uuid(), account_id uuid references accounts, first_name text, last_name text, email text);
  create table opportunities (id uuid primary key, account_id uuid references accounts, status text, amount numeric(19, 4))`;
const sources = [
  ['accounts', 'customers.accounts', 'id, name, sector, employees'],
  ['contacts', 'customers.contacts', 'id, account_id, first_name, last_name, email'],
  ['opportunities', 'sales.opportunities', 'id, account_id, status, amount'],
] as const;

async function copyRows({ postgres }: Installation, data: CrmData): Promise<string> {
  const admin = new pg.Client({ connectionString: postgres.superUrl });
  await admin.connect();
  await admin.query('create database directus');
  await admin.end();
  const url = new URL(postgres.superUrl);
  url.pathname = '/directus';
  const [from, to] = [new pg.Client({ connectionString: postgres.ownerUrl }), new pg.Client({ connectionString: url.href })];
  await Promise.all([from.connect(), to.connect()]);
  try {
    await to.query(tables);
    await from.query(`select set_config('app.tenant_id', $1, false)`, [data.tenantId]);
    for (const [table, source, columns] of sources) {
      const { rows } = await from.query<{ all: string }>(
        `select coalesce(json_agg(r), '[]')::text as all from (select ${columns} from ${source}) r`,
      );
      await to.query(`insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`, [
        rows[0]?.all ?? '[]',
      ]);
    }
    await to.query('create index on contacts (account_id, id); create index on opportunities (account_id, id); analyze');
  } finally {
    await Promise.all([from.end(), to.end()]);
  }
  return url.href;
}

/** The tables are there: it only has to take note of them. */
async function relate(url: string): Promise<void> {
  const send = async (method: 'POST' | 'PATCH', path: string, body: object) => {
    const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path} answered ${await response.text()}`);
  };
  for (const { 0: collection } of sources) await send('PATCH', `/collections/${collection}`, { meta: {} });
  for (const field of ['contacts', 'opportunities']) {
    await send('POST', '/fields/accounts', { field, type: 'alias', meta: { special: ['o2m'], interface: 'list-o2m' } });
    await send('PATCH', `/relations/${field}/account_id`, { meta: { one_field: field } });
  }
}

async function run(args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`its bootstrap ended with ${String(code)}: ${said.slice(0, 600)}`);
}
