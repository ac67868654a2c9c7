// `npm run bench -- read [--contenders]`: reads and creates through the whole product, as ratios to a bare server on the same data in the same run.
import { loadavg } from 'node:os';
import { typeCode } from '#kernel/resource/ids.js';
import { graphql as ask, signIn } from './lib/client.ts';
import { startContenders } from './lib/contenders.ts';
import { refuseOther } from './lib/content.ts';
import { fillCrm, type CrmData } from './lib/crm-data.ts';
import { install } from './lib/installation.ts';
import { connections, shoot, tool, type Shot, type Speed } from './lib/load.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const order = ['L1', 'L2', 'list', 'get', 'create'] as const;
const hex = (name: string) => typeCode(name).toString(16).padStart(3, '0');

const l1 = `query ($after: String) { accounts(first: 50, after: $after) { nodes { id name sector employees contacts(first: 5) { nodes { id firstName lastName email } } opportunities(filter: { status: { eq: open } }) { aggregate { count sum { amount { amount } } } } } } }`;
const l2 = `query ($id: ID!) { account(id: $id) { id name sector employees contacts { nodes { id firstName lastName email } } } }`;
const create = `mutation ($input: CreateContactInput!) { createContact(input: $input) { id version firstName lastName email accountId } }`;

const installation = await install({ DB_POOL_SIZE: '6', RATE_LIMIT: '0', RATE_LIMIT_COST: '0' });
try {
  const data = await fillCrm(installation.postgres, { account: hex('account'), contact: hex('contact'), opportunity: hex('opportunity') });
  const raw = await installation.neighbour('bench/raw-server.ts', {
    RAW_URL: installation.postgres.appUrl,
    RAW_TENANT: data.tenantId,
    RAW_OWNER: data.ownerId,
  });
  const headers = await signIn(installation.url);
  const sessions: Record<string, string>[] = [];
  while (sessions.length < connections) sessions.push(await signIn(installation.url));
  const sample = Array.from({ length: 480 }, (_, i) => data.accountIds[i * 39] ?? '');
  const cursors = await cursorsOf(sample.length, headers);
  const contact = (i: number) => ({
    accountId: sample[i % sample.length],
    firstName: 'Bench',
    lastName: `Contact ${i}`,
    email: `bench${i}@example.test`,
  });
  const first = '00000000-0000-0000-0000-000000000000';
  const get = (path: string, more = {}): Shot => ({ method: 'GET', path, headers: more });
  const post = (path: string, body: object, more = {}): Shot => ({ method: 'POST', path, headers: more, body: JSON.stringify(body) });
  const graphql = (query: string, variables: object) => post('/graphql', { query, variables }, headers);
  const bare = {
    L1: [first, ...sample].map((id) => get(`/l1/${id}`)),
    L2: sample.map((id) => get(`/l2/${id}`)),
    list: [first, ...sample].map((id) => get(`/list/${id}`)),
    one: sample.map((id) => get(`/one/${id}`)),
    create: sample.map((_, i) => post('/', contact(i))),
  };
  const own = (kind: Case['kind'], name: string, rawShots: Shot[], shots: Shot[]): Case => ({
    kind,
    name,
    who: 'Kontor',
    rawShots,
    url: installation.url,
    shots,
  });
  const fields = 'fields=name,sector,employees';
  const cases: Case[] = [
    own(
      'L1',
      'L1 GraphQL',
      bare.L1,
      cursors.map((after) => graphql(l1, { after })),
    ),
    own(
      'L2',
      'L2 GraphQL',
      bare.L2,
      sample.map((id) => graphql(l2, { id })),
    ),
    own(
      'create',
      'create GraphQL',
      bare.create,
      sample.map((_, i) => graphql(create, { input: contact(i) })),
    ),
    own(
      'create',
      'create GraphQL, each in a session of its own',
      bare.create,
      sample.map((_, i) => post('/graphql', { query: create, variables: { input: contact(i) } }, sessions[i % sessions.length] ?? headers)),
    ),
    own(
      'create',
      'create REST',
      bare.create,
      sample.map((_, i) => post('/v1/contacts', contact(i), headers)),
    ),
    own(
      'list',
      'list REST',
      bare.list,
      cursors.map((after) => get(`/v1/accounts?limit=50&${fields}${after === null ? '' : `&after=${after}`}`, headers)),
    ),
    own(
      'get',
      'get REST',
      bare.one,
      sample.map((id) => get(`/v1/accounts/${id}?${fields}`, headers)),
    ),
  ];
  if (process.argv.includes('--contenders')) cases.push(...(await others(sample, data, bare)));
  // Creates come last: the reads before them find the same records everywhere.
  cases.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const one of cases) await prove(one, raw);
  console.log(
    `20 k accounts, 100 k contacts, 100 k opportunities; ${tool}, ${connections} connections, median of ${rounds} rounds of ${seconds} s, each between two of the bare server; load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log('| case | who | bare, req/s | req/s | p50 ms | p99 ms | ratio | from | to |\n|---|---|---:|---:|---:|---:|---:|---:|---:|');
  for (const one of cases) await compare(one, raw);
  console.log(`\nload at the end ${loadavg()[0]?.toFixed(1)}`);
} finally {
  await installation.stop();
}

interface Case {
  readonly kind: (typeof order)[number];
  readonly name: string;
  readonly who: string;
  readonly rawShots: Shot[];
  readonly url: string;
  readonly shots: Shot[];
}

async function others(sample: string[], data: CrmData, bare: Record<'L1' | 'L2' | 'create', Shot[]>): Promise<Case[]> {
  return (await startContenders(installation, data, sample)).flatMap(({ name: who, url, shots }) =>
    (['L1', 'L2', 'create'] as const).map((kind) => ({ kind, name: kind, who, rawShots: bare[kind], url, shots: shots[kind] })),
  );
}

/** Cursors spread over the list, as a client that pages would hold them. */
async function cursorsOf(count: number, headers: Record<string, string>): Promise<(string | null)[]> {
  const cursors: (string | null)[] = [null];
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

/** The first shots ask for the same: whoever answers something else is not compared. */
async function prove({ name, who, rawShots, url, shots }: Case, raw: string): Promise<void> {
  const [bare, ours] = [rawShots[0], shots[0]];
  if (!bare || !ours) throw new Error(`${who} has nothing to ask for ${name}.`);
  console.log(
    `${name} of ${who} answers what the bare server answers: ${await refuseOther({ url: raw, shot: bare }, { url, shot: ours }, who)}`,
  );
}

async function compare({ name, who, rawShots, url, shots }: Case, raw: string): Promise<void> {
  // A server that runs for days is warm; V8 needs some thousand requests for that.
  await shoot(url, shots, 5);
  await shoot(raw, rawShots, 2);
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
  const ratios = [median.ratio, runs[0]?.ratio ?? 0, runs.at(-1)?.ratio ?? 0]
    .map((ratio) => ratio.toFixed(ratio < 0.1 ? 3 : 2))
    .join(' | ');
  console.log(
    `| ${name} | ${who} | ${Math.round(median.raw)} | ${Math.round(perSecond)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${ratios} |`,
  );
}
