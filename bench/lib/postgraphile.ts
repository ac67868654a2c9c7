import { join } from 'node:path';
import pg from 'pg';
import { contendersFolder, type Contender } from './contender.ts';
import type { CrmData } from './crm-data.ts';
import type { Installation } from './installation.ts';
import type { Shot } from './load.ts';

const account = 'rowId name sector employees';
const contact = 'rowId firstName lastName email';
// It adds up in a plugin that is not on npm for version 5: the open deals' amounts are sent, and whoever asks adds them up.
const l1 = `query ($after: Cursor) { allAccounts(first: 50, after: $after) { nodes { ${account}
  contacts: contactsByTenantIdAndAccountId(first: 5) { nodes { ${contact} } }
  opportunities: salesOpportunitiesByTenantIdAndAccountId(condition: { status: "open" }) { nodes { amount } } } } }`;
const l2 = `query ($tenant: UUID!, $id: UUID!) { accountByTenantIdAndRowId(tenantId: $tenant, rowId: $id) { ${account}
  contacts: contactsByTenantIdAndAccountId(first: 50) { nodes { ${contact} } } } }`;
const create = `mutation ($contact: ContactInput!) { createContact(input: { contact: $contact }) { contact { ${contact} version accountId } } }`;
const cursor = 'query ($after: Cursor) { allAccounts(first: 90, after: $after) { pageInfo { endCursor } } }';

const graphql = (query: string, variables: object): Shot => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query, variables }),
});

/** On the same tables as Kontor, as the same role behind the same wall. */
export async function startPostGraphile(installation: Installation, data: CrmData, ids: readonly string[]): Promise<Contender> {
  await giveIds(installation);
  const url = await installation.neighbour(join(contendersFolder, 'postgraphile-server.mjs'), {
    RAW_URL: installation.postgres.appUrl,
    RAW_TENANT: data.tenantId,
    GRAPHILE_ENV: 'production',
    NODE_ENV: 'production',
  });
  const pages: (string | null)[] = [null];
  while (pages.length < 200) pages.push(await cursorAfter(url, pages.at(-1) ?? null));
  const row = (accountId: string, i: number) => ({
    tenantId: data.tenantId,
    accountId,
    ownerId: data.ownerId,
    firstName: 'Bench',
    lastName: `Contact ${i}`,
    email: `bench${i}@example.test`,
    doNotCall: false,
  });
  return {
    name: 'PostGraphile 5',
    url,
    shots: {
      L1: pages.map((after) => graphql(l1, { after })),
      L2: ids.map((id) => graphql(l2, { tenant: data.tenantId, id })),
      create: ids.map((id, i) => graphql(create, { contact: row(id, i) })),
    },
  };
}

async function cursorAfter(url: string, after: string | null): Promise<string> {
  const { method, path, headers, body = '' } = graphql(cursor, { after });
  const answer = (await (await fetch(`${url}${path}`, { method, headers, body })).json()) as {
    data?: { allAccounts: { pageInfo: { endCursor: string } } };
    errors?: { message: string }[];
  };
  if (!answer.data || answer.errors) throw new Error(`its first answer holds errors: ${answer.errors?.[0]?.message ?? 'no data'}`);
  return answer.data.allAccounts.pageInfo.endCursor;
}

/** Its clients cannot make our ids; the database of a bench may. */
async function giveIds({ postgres }: Installation): Promise<void> {
  const owner = new pg.Client({ connectionString: postgres.ownerUrl });
  await owner.connect();
  await owner.query('alter table customers.contacts alter column id set default gen_random_uuid()');
  await owner.end();
}
