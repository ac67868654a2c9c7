import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { CrmData } from './crm-data.ts';
import type { Installation } from './installation.ts';
import type { Shot } from './load.ts';

/** Another product on the same data; what it cannot do is left out of its row. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly shots: Readonly<Partial<Record<'L1' | 'L2' | 'create', Shot[]>>>;
}

const folder = join(import.meta.dirname, '..', 'contenders');
const token = 'bench-token-0123456789abcdef';

/** From npm and nothing else: no install script runs, so nothing is fetched from anywhere else. */
export function installContenders(): string | null {
  if (existsSync(join(folder, 'node_modules'))) return null;
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? null : (stderr.split('\n').find((line) => line.includes('error')) ?? 'npm ci failed');
}

export async function startPostGraphile(installation: Installation, data: CrmData, ids: readonly string[]): Promise<Contender> {
  await giveIds(installation);
  const url = await installation.neighbour(join(folder, 'postgraphile-server.mjs'), {
    RAW_URL: installation.postgres.appUrl,
    RAW_TENANT: data.tenantId,
    GRAPHILE_ENV: 'production',
  });
  const graphql = (query: string, variables: object): Shot => ({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const account = `rowId name sector employees contactsByTenantIdAndAccountId(first: 5) { nodes { rowId firstName lastName email } }`;
  // Sums are a plugin of their own: it counts the open deals and adds nothing up.
  const l1 = `query ($after: Cursor) { allAccounts(first: 50, after: $after) { nodes { ${account} salesOpportunitiesByTenantIdAndAccountId(condition: { status: "open" }) { totalCount } } } }`;
  const l2 = `query ($tenant: UUID!, $id: UUID!) { accountByTenantIdAndRowId(tenantId: $tenant, rowId: $id) { ${account} } }`;
  const create = `mutation ($contact: ContactInput!) { createContact(input: { contact: $contact }) { contact { rowId version firstName lastName email accountId } } }`;
  const cursors: string[] = [];
  while (cursors.length < 200) {
    const {
      method,
      headers,
      body = '',
    } = graphql(
      `
        query ($after: Cursor) {
          allAccounts(first: 90, after: $after) {
            pageInfo {
              endCursor
            }
          }
        }
      `,
      {
        after: cursors.at(-1) ?? null,
      },
    );
    const answer = (await (await fetch(`${url}/graphql`, { method, headers, body })).json()) as {
      data: { allAccounts: { pageInfo: { endCursor: string } } };
    };
    cursors.push(answer.data.allAccounts.pageInfo.endCursor);
  }
  return {
    name: 'PostGraphile 5',
    url,
    shots: {
      L1: cursors.map((after) => graphql(l1, { after })),
      L2: ids.map((id) => graphql(l2, { tenant: data.tenantId, id })),
      create: ids.map((accountId, i) =>
        graphql(create, {
          contact: {
            tenantId: data.tenantId,
            accountId,
            ownerId: data.ownerId,
            firstName: 'Bench',
            lastName: `Contact ${i}`,
            email: `b${i}@example.test`,
            doNotCall: false,
          },
        }),
      ),
    },
  };
}

/** Its clients cannot make our ids; the database of a bench may. */
async function giveIds({ postgres }: Installation): Promise<void> {
  const owner = new pg.Client({ connectionString: postgres.ownerUrl });
  await owner.connect();
  await owner.query('alter table customers.contacts alter column id set default gen_random_uuid()');
  await owner.end();
}

/** Directus keeps its own tables beside the data, so it gets a database of its own with a copy of the rows. */
export async function startDirectus(installation: Installation, data: CrmData, ids: readonly string[]): Promise<Contender> {
  const database = await copyRows(installation, data);
  const env = {
    DB_CLIENT: 'pg',
    DB_CONNECTION_STRING: database,
    DB_POOL__MIN: '6',
    DB_POOL__MAX: '6',
    SECRET: token + token,
    ADMIN_EMAIL: 'bench@example.com',
    ADMIN_PASSWORD: token,
    ADMIN_TOKEN: token,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    RATE_LIMITER_ENABLED: 'false',
    TELEMETRY: 'false',
    CACHE_ENABLED: 'false',
    READY_PATH: '/server/ping',
  };
  const cli = join(folder, 'node_modules', 'directus', 'cli.js');
  await run([cli, 'bootstrap'], env);
  const url = await installation.neighbour(cli, env, ['start']);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  await relate(url, headers);
  const fields = 'fields=id,name,sector,employees,contacts.id,contacts.first_name,contacts.last_name,contacts.email';
  const get = (path: string): Shot => ({ method: 'GET', path, headers });
  return {
    name: 'Directus 12',
    url,
    shots: {
      // It has no sum in a nested list: the deals are left out.
      L1: ids.map((id) =>
        get(
          `/items/accounts?${fields}&limit=50&sort=id&deep[contacts][_limit]=5&filter[id][_gt]=${id}`
            .replaceAll('[', '%5B')
            .replaceAll(']', '%5D'),
        ),
      ),
      L2: ids.map((id) => get(`/items/accounts/${id}?${fields}`)),
      create: ids.map((id, i) => ({
        method: 'POST',
        path: '/items/contacts',
        headers,
        body: JSON.stringify({
          account_id: id,
          first_name: 'Bench',
          last_name: `Contact ${i}`,
          email: `b${i}@example.test`,
        }),
      })),
    },
  };
}

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
    await to.query(`create table accounts (id uuid primary key, name text not null, sector text, employees integer);
      create table contacts (id uuid primary key default gen_random_uuid(), account_id uuid references accounts, first_name text, last_name text, email text)`);
    await from.query(`select set_config('app.tenant_id', $1, false)`, [data.tenantId]);
    for (const [table, source, columns] of [
      ['accounts', 'customers.accounts', 'id, name, sector, employees'],
      ['contacts', 'customers.contacts', 'id, account_id, first_name, last_name, email'],
    ] as const) {
      const { rows } = await from.query<{ all: string }>(
        `select coalesce(json_agg(r), '[]')::text as all from (select ${columns} from ${source}) r`,
      );
      await to.query(`insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`, [
        rows[0]?.all ?? '[]',
      ]);
    }
    await to.query('create index on contacts (account_id, id); analyze');
  } finally {
    await Promise.all([from.end(), to.end()]);
  }
  return url.href;
}

async function relate(url: string, headers: Record<string, string>): Promise<void> {
  const send = async (method: 'POST' | 'PATCH', path: string, body: object) => {
    const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`Directus ${path}: ${await response.text()}`);
  };
  // The tables are there: it only has to take note of them.
  for (const collection of ['accounts', 'contacts']) await send('PATCH', `/collections/${collection}`, { meta: {} });
  await send('POST', '/fields/accounts', { field: 'contacts', type: 'alias', meta: { special: ['o2m'], interface: 'list-o2m' } });
  await send('POST', '/relations', {
    collection: 'contacts',
    field: 'account_id',
    related_collection: 'accounts',
    meta: { one_field: 'contacts' },
  });
}

async function run(args: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}.`);
}
