import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { systemActor } from '#kernel/access/actor.js';
import { migrate } from '#kernel/db/migrate.js';
import { openDatabase } from '#kernel/db/data-source.js';
import { Runtime } from '#kernel/db/runtime.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { systemClock } from '#kernel/usecase/clock.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#app/embedded-postgres.js';
import { allModules } from '#app/modules.js';
import { startImport } from '#modules/imports/import/start-import.js';
import { runImport } from '#modules/imports/run/run-import.js';
import type { Transact } from '#modules/imports/run/transact.js';
import { Upload } from '#modules/imports/store/upload.js';

export interface ImportBench {
  readonly rows: number;
  /** Rows a second through the whole import: mapping, rules, references, audit. */
  readonly importPerSecond: number;
  /** Rows a second when the same files come again and change nothing. */
  readonly repeatPerSecond: number;
  /** Rows a second of the finished opportunities copied as text into a table without keys. */
  readonly copyPerSecond: number;
  readonly ratio: number;
}

const folder = resolve('..', 'shared', 'data', 'crm_opportunities');
const names = ['sales_teams.csv', 'accounts.csv', 'products.csv', 'sales_pipeline.csv'];
const rounds = 3;

/** Import and COPY by turns on one server, each round in a company of its own; the medians count. */
export async function benchImport(): Promise<ImportBench> {
  const home = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
  const postgres = await startEmbeddedPostgres({ home, durable: true });
  try {
    await migrate(postgres.ownerUrl, resolve('migrations'));
    return await measure(postgres);
  } finally {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(postgres: EmbeddedPostgres): Promise<ImportBench> {
  const registry = buildRegistry(allModules);
  const database = await openDatabase(registry, { url: postgres.appUrl, poolSize: 4 });
  const runtime = new Runtime(registry, database, systemClock, noPorts);
  const files = names.map((name) => Upload.of(name, readFileSync(join(folder, name))));
  const times: { fresh: number; again: number; copy: number }[] = [];
  let rows = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const tenantId = await makeTenant(postgres.ownerUrl, round);
      const transact: Transact = (fn) => runtime.withWork({ tenantId, actor: systemActor('bench'), cause: { command: 'bench' } }, fn);
      const load = () =>
        timed(async () => {
          const { id } = await transact((work) => startImport(work, { mapping: 'crm-opportunities', files }));
          rows = (await runImport(id, transact)).processed;
        });
      times.push({ fresh: await load(), again: await load(), copy: await copy(postgres.ownerUrl, tenantId) });
    }
  } finally {
    await database.source.destroy();
  }
  const perSecond = (key: keyof (typeof times)[number], count: number) => Math.round(count / median(times.map((time) => time[key])));
  const [importPerSecond, copyPerSecond] = [perSecond('fresh', rows), perSecond('copy', 8800)];
  return { rows, importPerSecond, repeatPerSecond: perSecond('again', rows), copyPerSecond, ratio: importPerSecond / copyPerSecond };
}

/** The opportunities of the company, as COPY text, into a bare table. Returns the seconds of the COPY alone. */
async function copy(ownerUrl: string, tenantId: string): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
    await client.query(`create temporary table bare as select * from sales.opportunities with no data`);
    const { rows } = await client.query<{ line: string }>(
      `select concat_ws(e'\\t', ${await columnTexts(client)}) as line from sales.opportunities`,
    );
    const text = rows.map(({ line }) => `${line}\n`);
    return await timed(() => pipeline(Readable.from(text), client.query(copyFrom('copy bare from stdin'))));
  } finally {
    await client.end();
  }
}

async function columnTexts(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = 'sales.opportunities'::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  return rows.map(({ name }) => `coalesce(${name}::text, '\\N')`).join(', ');
}

async function makeTenant(ownerUrl: string, round: number): Promise<string> {
  const id = newId(typeCode('tenant'));
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant_id', $1, false)`, [id]);
    await client.query(
      `insert into kernel.tenants (id, slug, name, currency, time_zone, locale) values ($1, $2, 'Bench', 'USD', 'UTC', 'en')`,
      [id, `bench-${round}`],
    );
    return id;
  } finally {
    await client.end();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const unused = () => Promise.reject(new Error('An import sends nothing.'));
const noPorts = {
  mailer: { send: unused },
  templates: { render: unused },
  files: { limits: { fileBytes: 0, tenantBytes: 0 }, draft: unused, keep: unused, drop: unused, read: unused, remove: unused },
  publicUrl: 'http://localhost',
  sign: () => '',
  verify: () => false,
  keyFor: () => Buffer.alloc(32),
};

if (import.meta.main) console.table([await benchImport()]);
