// `npm run bench -- growth`: what reads and a create cost in a small and a large company, and beside one and beside 500 others.
import { statfsSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { typeCode } from '#kernel/resource/ids.js';
import { graphql as ask, signIn } from './lib/client.ts';
import { fillGrown } from './lib/grown-data.ts';
import { install, type Installation } from './lib/installation.ts';
import { connections, shoot, tool, type Shot } from './lib/load.ts';
import { explainAll, median, workIn, type Work } from './lib/statements.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 2);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const small = Number(process.env['BENCH_SMALL'] ?? 20_000);
const large = Number(process.env['BENCH_ACCOUNTS'] ?? 2_000_000);
const companies = Number(process.env['BENCH_TENANTS'] ?? 500);
const asked = 40;
const settings = { DB_POOL_SIZE: '6', RATE_LIMIT: '0', LOG_LEVEL: 'error' };
const hex = (name: string) => typeCode(name).toString(16).padStart(3, '0');
const codes = { account: hex('account'), contact: hex('contact'), opportunity: hex('opportunity') };

const account = 'id name sector employees';
const nested = `contacts(first: 5) { nodes { id firstName lastName email } }`;
const queries = {
  l1: `query ($after: String) { accounts(first: 50, after: $after) { nodes { ${account} ${nested} } } }`,
  l2: `query ($id: ID!) { account(id: $id) { ${account} contacts { nodes { id firstName lastName email } } } }`,
  sector: `query { accounts(first: 50, filter: { sector: { eq: retail } }) { nodes { ${account} } } }`,
  byName: `query ($after: String) { accounts(first: 50, orderBy: [{ name: ASC }], after: $after) { nodes { ${account} } } }`,
  named: `query ($name: String!) { accounts(first: 50, filter: { name: { eq: $name } }) { nodes { ${account} } } }`,
  create: `mutation ($input: CreateContactInput!) { createContact(input: $input) { id version firstName lastName email accountId } }`,
};

interface Place {
  readonly installation: Installation;
  readonly shots: Readonly<Record<string, Shot[]>>;
}

const need = large * 2_500;
const { bavail, bsize } = statfsSync(tmpdir());
if (bavail * bsize < need * 1.5) {
  console.log(`Left out: ${Math.round(need / 1e9)} GB are written under ${tmpdir()}, and there is too little room for them.`);
  process.exit(0);
}
const open: Installation[] = [];
try {
  const started = performance.now();
  const [base, grown, crowded] = await Promise.all([prepare(small, 1), prepare(large, 1), prepare(small, companies)]);
  console.log(
    `\nA contact with every account; the companies beside have 400 of each. ${tool}, ${connections} connections, ${rounds} rounds of ${seconds} s that alternate; filled in ${Math.round((performance.now() - started) / 1000)} s; load ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log(
    `| case | ${small} accounts, req/s | ${large} accounts, req/s | time, factor | from | to | beside ${companies - 1} companies, req/s | time, factor | from | to |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|`,
  );
  for (const name of Object.keys(base.shots)) console.log(await compare(name, base, grown, crowded));
  console.log(`\nThe same requests one after the other, by EXPLAIN (ANALYZE, BUFFERS) inside PostgreSQL; median of ${asked}:\n`);
  console.log(
    `| case | ${small}: ms | pages | ${large}: ms | pages | ${companies} companies: ms | pages | tables read from end to end |\n|---|---:|---:|---:|---:|---:|---:|---|`,
  );
  const works = [await explained(base), await explained(grown), await explained(crowded)];
  for (const name of Object.keys(base.shots)) {
    const found = works.map((work) => work.get(name));
    const cells = found.map((work) => `${work?.millis.toFixed(2)} | ${work?.buffers}`).join(' | ');
    const scanned = new Set(found.map((work) => work?.scanned ?? '').filter((tables) => tables !== ''));
    console.log(`| ${name} | ${cells} | ${scanned.size === 0 ? 'none' : [...scanned].join('; ')} |`);
  }
  console.log(`\nload at the end ${loadavg()[0]?.toFixed(1)}; ${Math.round((performance.now() - started) / 1000)} s in all`);
} finally {
  for (const installation of open) await installation.stop();
}

/** An installation of its own for every size: all are there at once, so that rounds can alternate. */
async function prepare(accounts: number, tenants: number): Promise<Place> {
  const installation = await install(settings);
  open.push(installation);
  const since = performance.now();
  const data = await fillGrown(installation.postgres, codes, { accounts, companies: tenants - 1 });
  console.log(`${accounts} accounts, ${tenants} companies: filled in ${Math.round((performance.now() - since) / 1000)} s`);
  const step = Math.floor(accounts / 400);
  const sample = Array.from({ length: 399 }, (_, i) => data.accountIds[i * step] ?? '');
  return { installation, shots: await shotsOf(installation, sample, step) };
}

async function shotsOf({ url }: Installation, ids: readonly string[], step: number): Promise<Record<string, Shot[]>> {
  const headers = await signIn(url);
  const graphql = (query: string, variables: object): Shot => ({
    method: 'POST',
    path: '/graphql',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const cursors = await cursorsOf(url, headers, ids, '');
  const byName = await cursorsOf(url, headers, ids, ', orderBy: [{ name: ASC }]');
  const input = (accountId: string, i: number) => ({ accountId, firstName: 'Bench', lastName: `C ${i}`, email: `g${i}@example.test` });
  return {
    L1: cursors.map((after) => graphql(queries.l1, { after })),
    L2: ids.map((id) => graphql(queries.l2, { id })),
    'accounts of a sector': [graphql(queries.sector, {})],
    'accounts by name': byName.map((after) => graphql(queries.byName, { after })),
    'account of a name': ids.map((_, i) => graphql(queries.named, { name: `Account ${1 + i * step}` })),
    create: ids.map((id, i) => graphql(queries.create, { input: input(id, i) })),
  };
}

/** Cursors spread over the whole list. */
async function cursorsOf(url: string, headers: Record<string, string>, ids: readonly string[], order: string): Promise<string[]> {
  const cursors: string[] = [];
  for (let at = 0; at < ids.length; at += 50) {
    const query = `query ($ids: [ID!]!) { accounts(first: 50, filter: { id: { in: $ids } }${order}) { edges { cursor } } }`;
    const page = await ask<{ accounts: { edges: { cursor: string }[] } }>(url, headers, query, { ids: ids.slice(at, at + 50) });
    cursors.push(...page.accounts.edges.map(({ cursor }) => cursor));
  }
  return cursors;
}

async function compare(name: string, base: Place, grown: Place, crowded: Place): Promise<string> {
  const rate = async ({ installation, shots }: Place, howLong = seconds) =>
    (await shoot(installation.url, shots[name] ?? [], howLong)).perSecond;
  for (const place of [base, grown, crowded]) await rate(place, 1);
  let before = await rate(base);
  const found: { base: number; grown: number; crowded: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    // Between two rounds of the small one, in turns first and second.
    const first = await rate(round % 2 === 0 ? grown : crowded);
    const second = await rate(round % 2 === 0 ? crowded : grown);
    const after = await rate(base);
    const pair = round % 2 === 0 ? { grown: first, crowded: second } : { grown: second, crowded: first };
    found.push({ base: (before + after) / 2, ...pair });
    before = after;
  }
  const cells = (key: 'grown' | 'crowded') => {
    const factors = found.map((one) => one.base / one[key]);
    const spread = [median(factors), Math.min(...factors), Math.max(...factors)].map((factor) => factor.toFixed(2));
    return `${Math.round(median(found.map((one) => one[key])))} | ${spread.join(' | ')}`;
  };
  return `| ${name} | ${Math.round(median(found.map((one) => one.base)))} | ${cells('grown')} | ${cells('crowded')} |`;
}

async function explained({ installation, shots }: Place): Promise<Map<string, Work>> {
  await explainAll(installation.postgres);
  // Another API process, whose connections are opened under the new settings.
  const url = await installation.neighbour('dist/main.api.js', { ...settings, KONTOR_HOME: installation.home });
  const log = join(installation.home, 'postgres.log');
  const work = new Map<string, Work>();
  for (const [name, list] of Object.entries(shots)) {
    const answerTo = async (i: number) => {
      const { method, path, headers, body = '' } = list[(i * 37) % list.length] ?? { method: 'POST', path: '/', headers: {} };
      return (await fetch(`${url}${path}`, { method, headers, body })).text();
    };
    // Every connection is new and has to prepare the statement before it counts.
    for (let i = 0, good = 0; good < 12; i++) {
      good = (await answerTo(i)).includes('"errors"') ? 0 : good + 1;
      if (i === 200) throw new Error(`${name}: no answer without errors.`);
      if (good === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { size } = statSync(log);
    for (let i = 0; i < asked; i++) await answerTo(i + 12);
    work.set(name, workIn(log, size, asked));
  }
  return work;
}
