// `npm run bench -- read [--contenders]`: reads and creates through the whole product, as ratios to a bare server on the same data in the same run.
import { loadavg } from 'node:os';
import { typeCode } from '#kernel/resource/ids.js';
import { graphql as ask, signIn } from './lib/client.ts';
import { installContenders, startDirectus, startPostGraphile, type Contender } from './lib/contenders.ts';
import { fillCrm } from './lib/crm-data.ts';
import { install } from './lib/installation.ts';
import { shoot, tool, type Shot, type Speed } from './lib/load.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const hex = (name: string) => typeCode(name).toString(16).padStart(3, '0');

const l1 = `query ($after: String) { accounts(first: 50, after: $after) { nodes { id name sector employees contacts(first: 5) { nodes { id firstName lastName email } } opportunities(filter: { status: { eq: open } }) { aggregate { count sum { amount { amount } } } } } } }`;
const l2 = `query ($id: ID!) { account(id: $id) { id name sector employees contacts { nodes { id firstName lastName email } } } }`;
const create = `mutation ($input: CreateContactInput!) { createContact(input: $input) { id version firstName lastName email accountId } }`;

// Requests are counted for their limit as always; the limit is out of reach.
const installation = await install({ DB_POOL_SIZE: '6', RATE_LIMIT: '100000000' });
try {
  const data = await fillCrm(installation.postgres, { account: hex('account'), contact: hex('contact'), opportunity: hex('opportunity') });
  const raw = await installation.neighbour('bench/raw-server.ts', {
    RAW_URL: installation.postgres.appUrl,
    RAW_TENANT: data.tenantId,
    RAW_OWNER: data.ownerId,
  });
  const headers = await signIn(installation.url);
  const sample = Array.from({ length: 480 }, (_, i) => data.accountIds[i * 39] ?? '');
  const cursors = await cursorsOf(sample.length, headers);
  const contact = (i: number) => ({
    accountId: sample[i % sample.length],
    firstName: 'Bench',
    lastName: `Contact ${i}`,
    email: `bench${i}@example.test`,
  });
  const get = (path: string, more = {}): Shot => ({ method: 'GET', path, headers: more });
  const post = (path: string, body: object, more = {}): Shot => ({ method: 'POST', path, headers: more, body: JSON.stringify(body) });
  const graphql = (query: string, variables: object) => post('/graphql', { query, variables }, headers);
  const bare = {
    L1: sample.map((id) => get(`/l1/${id}`)),
    L2: sample.map((id) => get(`/l2/${id}`)),
    list: sample.map((id) => get(`/list/${id}`)),
    one: sample.map((id) => get(`/one/${id}`)),
    create: sample.map((_, i) => post('/', contact(i))),
  };
  const own = (name: string, rawShots: Shot[], shots: Shot[]): Case => ({ name, who: 'Kontor', rawShots, url: installation.url, shots });
  const fields = 'fields=name,sector,employees';
  const cases: Case[] = [
    own(
      'L1 GraphQL',
      bare.L1,
      cursors.map((after) => graphql(l1, { after })),
    ),
    own(
      'L2 GraphQL',
      bare.L2,
      sample.map((id) => graphql(l2, { id })),
    ),
    own(
      'create GraphQL',
      bare.create,
      sample.map((_, i) => graphql(create, { input: contact(i) })),
    ),
    own(
      'create REST',
      bare.create,
      sample.map((_, i) => post('/v1/contacts', contact(i), headers)),
    ),
    own(
      'list REST',
      bare.list,
      cursors.map((after) => get(`/v1/accounts?limit=50&${fields}&after=${after}`, headers)),
    ),
    own(
      'get REST',
      bare.one,
      sample.map((id) => get(`/v1/accounts/${id}?${fields}`, headers)),
    ),
  ];
  if (process.argv.includes('--contenders')) cases.push(...(await others(sample, data, bare)));
  console.log(
    `20 k accounts, 100 k contacts, 100 k opportunities; ${tool}, 32 connections, median of ${rounds} rounds of ${seconds} s, each between two of the bare server; load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log('| case | who | bare, req/s | req/s | p50 ms | p99 ms | ratio | from | to |\n|---|---|---:|---:|---:|---:|---:|---:|---:|');
  for (const one of cases) await compare(one, raw);
  console.log(`\nload at the end ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await installation.stop();
}

interface Case {
  readonly name: string;
  readonly who: string;
  readonly rawShots: Shot[];
  readonly url: string;
  readonly shots: Shot[];
}

async function others(
  sample: string[],
  data: Awaited<ReturnType<typeof fillCrm>>,
  bare: Record<'L1' | 'L2' | 'create', Shot[]>,
): Promise<Case[]> {
  const problem = installContenders();
  if (problem !== null) {
    console.log(`The contenders could not be installed from npm: ${problem}\n`);
    return [];
  }
  const found: Contender[] = [];
  for (const start of [startPostGraphile, startDirectus]) {
    try {
      found.push(await start(installation, data, sample));
    } catch (error) {
      console.log(`${start.name} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return found.flatMap(({ name: who, url, shots }) =>
    (['L1', 'L2', 'create'] as const).flatMap((name) =>
      shots[name] ? [{ name, who, rawShots: bare[name], url, shots: shots[name] }] : [],
    ),
  );
}

/** Cursors spread over the list, as a client that pages would hold them. */
async function cursorsOf(count: number, headers: Record<string, string>): Promise<string[]> {
  const cursors: string[] = [];
  let after: string | null = null;
  while (cursors.length < count) {
    const page: { accounts: { pageInfo: { endCursor: string; hasNextPage: boolean } } } = await ask(
      installation.url,
      headers,
      `query ($after: String) { accounts(first: 40, after: $after) { pageInfo { endCursor hasNextPage } } }`,
      { after },
    );
    if (!page.accounts.pageInfo.hasNextPage) break;
    after = page.accounts.pageInfo.endCursor;
    cursors.push(after);
  }
  return cursors.slice(0, -2);
}

/** GraphQL answers 200 to what went wrong: an error must not count as a fast answer. */
async function refuseErrors(url: string, shots: readonly Shot[], who: string): Promise<void> {
  for (const { method, path, headers, body } of shots.slice(0, 3)) {
    const text = await (await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })).text();
    if (text.includes('"errors"')) throw new Error(`${who} answers ${path} with an error: ${text.slice(0, 500)}`);
  }
}

async function compare({ name, who, rawShots, url, shots }: Case, raw: string): Promise<void> {
  await refuseErrors(url, shots, who);
  await shoot(url, shots, 2);
  await shoot(raw, rawShots, 1);
  let before = await shoot(raw, rawShots, seconds);
  const runs: { raw: number; ours: Speed; ratio: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const ours = await shoot(url, shots, seconds);
    const after = await shoot(raw, rawShots, seconds);
    const middle = (before.perSecond + after.perSecond) / 2;
    runs.push({ raw: middle, ours, ratio: ours.perSecond / middle });
    before = after;
  }
  runs.sort((a, b) => a.ratio - b.ratio);
  const median = runs[Math.floor(runs.length / 2)];
  if (!median) return;
  const { perSecond, p50, p99 } = median.ours;
  const ratios = [median.ratio, runs[0]?.ratio ?? 0, runs.at(-1)?.ratio ?? 0].map((ratio) => ratio.toFixed(2)).join(' | ');
  console.log(
    `| ${name} | ${who} | ${Math.round(median.raw)} | ${Math.round(perSecond)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${ratios} |`,
  );
}
