// `npm run bench -- read`: reads and a create through the whole product, as ratios to a bare server on the same data in the same run.
import { typeCode } from '#kernel/resource/ids.js';
import { fillCrm } from './lib/crm-data.ts';
import { install } from './lib/installation.ts';
import { shoot, tool, type Shot, type Speed } from './lib/load.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 6);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3);
const hex = (name: string) => typeCode(name).toString(16).padStart(3, '0');

const l1 = `query ($after: String) { accounts(first: 50, after: $after) { nodes { id name sector employees contacts(first: 5) { nodes { id firstName lastName email } } opportunities(filter: { status: { eq: open } }) { aggregate { count sum { amount { amount } } } } } } }`;
const l2 = `query ($id: ID!) { account(id: $id) { id name sector employees contacts { nodes { id firstName lastName email } } } }`;
const create = `mutation ($input: CreateContactInput!) { createContact(input: $input) { id version firstName lastName email accountId } }`;

const installation = await install({ DB_POOL_SIZE: '6' });
try {
  const data = await fillCrm(installation.postgres, { account: hex('account'), contact: hex('contact'), opportunity: hex('opportunity') });
  const raw = await installation.neighbour('bench/raw-server.ts', {
    RAW_URL: installation.postgres.appUrl,
    RAW_TENANT: data.tenantId,
    RAW_OWNER: data.ownerId,
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await login()}` };
  const sample = Array.from({ length: 500 }, (_, i) => data.accountIds[i * 39] ?? '');
  const cursors = await cursorsOf(sample.length, headers);
  const contact = (i: number) => ({
    accountId: sample[i % sample.length],
    firstName: 'Bench',
    lastName: `Contact ${i}`,
    email: `bench${i}@example.test`,
  });
  const graphql = (query: string, variables: object): Shot => ({
    method: 'POST',
    path: '/graphql',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const cases: readonly { name: string; raw: Shot[]; ours: Shot[] }[] = [
    { name: 'L1 GraphQL', raw: sample.map((id) => get(`/l1/${id}`)), ours: cursors.map((after) => graphql(l1, { after })) },
    { name: 'L2 GraphQL', raw: sample.map((id) => get(`/l2/${id}`)), ours: sample.map((id) => graphql(l2, { id })) },
    {
      name: 'create GraphQL',
      raw: sample.map((_, i) => ({ method: 'POST', path: '/', headers: {}, body: JSON.stringify(contact(i)) })),
      ours: sample.map((_, i) => graphql(create, { input: contact(i) })),
    },
    {
      name: 'create REST',
      raw: sample.map((_, i) => ({ method: 'POST', path: '/', headers: {}, body: JSON.stringify(contact(i)) })),
      ours: sample.map((_, i) => ({ method: 'POST', path: '/v1/contacts', headers, body: JSON.stringify(contact(i)) })),
    },
  ];
  console.log(
    `20 k accounts, 100 k contacts, 100 k opportunities; ${tool}, 32 connections, ${rounds} rounds of ${seconds} s, each between two of the bare server\n`,
  );
  console.log('| case | bare, req/s | Kontor, req/s | p50 ms | p99 ms | ratio |\n|---|---:|---:|---:|---:|---:|');
  for (const { name, raw: rawShots, ours } of cases) await compare(name, raw, rawShots, ours);
} finally {
  await installation.stop();
}

function get(path: string): Shot {
  return { method: 'GET', path, headers: {} };
}

async function login(): Promise<string> {
  const response = await fetch(`${installation.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'demo@kontor.example', password: 'kontor-demo' }),
  });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** Cursors spread over the list, as a client that pages would hold them. */
async function cursorsOf(count: number, headers: Record<string, string>): Promise<string[]> {
  const cursors: string[] = [];
  let after: string | null = null;
  while (cursors.length < count) {
    const response: Response = await fetch(`${installation.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({
        query: `query ($after: String) { accounts(first: 40, after: $after) { pageInfo { endCursor hasNextPage } } }`,
        variables: { after },
      }),
    });
    const { data } = (await response.json()) as { data: { accounts: { pageInfo: { endCursor: string; hasNextPage: boolean } } } };
    if (!data.accounts.pageInfo.hasNextPage) break;
    after = data.accounts.pageInfo.endCursor;
    cursors.push(after);
  }
  return cursors.slice(0, -2);
}

async function compare(name: string, raw: string, rawShots: Shot[], ours: Shot[]): Promise<void> {
  await shoot(installation.url, ours, 2);
  let before = await shoot(raw, rawShots, seconds);
  const runs: { raw: number; ours: Speed }[] = [];
  for (let round = 0; round < rounds; round++) {
    const speed = await shoot(installation.url, ours, seconds);
    const after = await shoot(raw, rawShots, seconds);
    runs.push({ raw: (before.perSecond + after.perSecond) / 2, ours: speed });
    before = after;
  }
  const median = runs.sort((a, b) => a.ours.perSecond / a.raw - b.ours.perSecond / b.raw)[Math.floor(runs.length / 2)];
  if (!median) return;
  const { perSecond, p50, p99 } = median.ours;
  console.log(
    `| ${name} | ${Math.round(median.raw)} | ${Math.round(perSecond)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${(perSecond / median.raw).toFixed(2)} |`,
  );
}
