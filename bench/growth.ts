// `npm run bench -- growth`: what reads and a create cost in a small and a large company, and beside one and beside 500 others.
import { statfsSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { typeCode } from '#kernel/resource/ids.js';
import { asked, shotsOf, workOf } from './lib/growth-requests.ts';
import { fillGrown } from './lib/grown-data.ts';
import { install, type Installation } from './lib/installation.ts';
import { connections, shoot, tool, type Shot } from './lib/load.ts';
import { explainAll, median, type Work } from './lib/statements.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 2);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const small = Number(process.env['BENCH_SMALL'] ?? 20_000);
const large = Number(process.env['BENCH_ACCOUNTS'] ?? 2_000_000);
const companies = Number(process.env['BENCH_TENANTS'] ?? 500);
const settings = { DB_POOL_SIZE: '6', RATE_LIMIT: '0', RATE_LIMIT_COST: '0', LOG_LEVEL: 'error' };
const hex = (name: string) => typeCode(name).toString(16).padStart(3, '0');
const codes = { account: hex('account'), contact: hex('contact'), opportunity: hex('opportunity') };

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
  const works = [await worked(base), await worked(grown), await worked(crowded)];
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
  return { installation, shots: await shotsOf(installation.url, sample, step) };
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

async function worked({ installation, shots }: Place): Promise<Map<string, Work>> {
  await explainAll(installation.postgres);
  // Another API process, whose connections are opened under the new settings.
  const url = await installation.neighbour('dist/main.api.js', { ...settings, KONTOR_HOME: installation.home });
  return workOf(url, join(installation.home, 'postgres.log'), shots);
}
