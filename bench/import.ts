import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { systemActor } from '#kernel/access/actor.js';
import { migrate } from '#kernel/db/migrate.js';
import { openDatabase } from '#kernel/db/data-source.js';
import { Runtime } from '#kernel/db/runtime.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { systemClock } from '#kernel/usecase/clock.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#app/embedded-postgres.js';
import { allModules } from '#app/modules.js';
import type { StoredMapping } from '#modules/imports/domain/stored/stored-mapping.js';
import { beginImport } from '#modules/imports/import/create-import.js';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
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

/** Plain contacts by a mapping of the company: validation, audit and a look for the key among what is there. */
export interface ContactBench {
  readonly rows: number;
  readonly importPerSecond: number;
  readonly copyPerSecond: number;
  readonly ratio: number;
  /** Most memory the process held, in MB. */
  readonly peakMegabytes: number;
}

const folder = resolve('..', 'shared', 'data', 'crm_opportunities');
const names = ['sales_teams.csv', 'accounts.csv', 'products.csv', 'sales_pipeline.csv'];
const rounds = 3;

const contactMapping: StoredMapping = {
  files: [{ name: 'contacts.csv' }],
  steps: [
    {
      name: 'contacts',
      resource: 'contact',
      file: 'contacts.csv',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef', transform: ['prepend:bench:'] },
        { from: 'first', to: 'firstName' },
        { from: 'last', to: 'lastName' },
        { from: 'email', to: 'email' },
        { from: 'title', to: 'jobTitle' },
      ],
    },
  ],
};

/** `rows` contacts through the whole import, then copied as text into a table without keys. */
export async function benchContacts(rows = 50_000): Promise<ContactBench> {
  return withServer(async (postgres) => {
    const registry = buildRegistry(allModules);
    const database = await openDatabase(registry, { url: postgres.appUrl, poolSize: 4 });
    const runtime = new Runtime(registry, database, systemClock, noPorts);
    const file = join(mkdtempSync(join(tmpdir(), 'kontor-bench-')), 'contacts.csv');
    const memory = watchMemory();
    try {
      await writeContacts(file, rows);
      const tenantId = await makeTenant(postgres.ownerUrl, 0);
      const transact: Transact = (fn) => runtime.withWork({ tenantId, actor: systemActor('bench'), cause: { command: 'bench' } }, fn);
      const upload = await Upload.fromDisk(file, 'contacts.csv');
      const seconds = await timed(async () => {
        const { importId } = await transact((work) => beginImport(work, [upload]));
        await runImport(importId, transact);
        await transact((work) => work.repo(ImportRun).update(importId, { state: 'running', mapping: 'own', definition: contactMapping }));
        const run = await runImport(importId, transact);
        if (run.state !== 'finished' || run.created !== rows) throw new Error(`The import is ${run.state}: ${run.failure ?? run.created}.`);
      });
      const peakMegabytes = memory.stop();
      const copySeconds = await copy(postgres.ownerUrl, tenantId, 'customers.contacts');
      const [importPerSecond, copyPerSecond] = [Math.round(rows / seconds), Math.round(rows / copySeconds)];
      return { rows, importPerSecond, copyPerSecond, ratio: importPerSecond / copyPerSecond, peakMegabytes };
    } finally {
      memory.stop();
      rmSync(dirname(file), { recursive: true, force: true });
      await database.source.destroy();
    }
  });
}

async function writeContacts(path: string, rows: number): Promise<void> {
  const lines = function* () {
    yield 'id,first,last,email,title\n';
    for (let i = 0; i < rows; i += 1) yield `${i},Anna ${i % 977},Muster-${i % 7919},person.${i}@example.com,Head of ${i % 31}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

function watchMemory(): { stop: () => number } {
  let peak = 0;
  const look = () => (peak = Math.max(peak, process.memoryUsage().rss));
  const timer = setInterval(look, 200);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.round(peak / 2 ** 20);
    },
  };
}

/** Import and COPY by turns on one server, each round in a company of its own; the medians count. */
export const benchImport = (): Promise<ImportBench> => withServer(measure);

async function withServer<T>(measured: (postgres: EmbeddedPostgres) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
  const postgres = await startEmbeddedPostgres({ home, durable: true });
  try {
    await migrate(postgres.ownerUrl, resolve('migrations'));
    return await measured(postgres);
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
      times.push({ fresh: await load(), again: await load(), copy: await copy(postgres.ownerUrl, tenantId, 'sales.opportunities') });
    }
  } finally {
    await database.source.destroy();
  }
  const perSecond = (key: keyof (typeof times)[number], count: number) => Math.round(count / median(times.map((time) => time[key])));
  const [importPerSecond, copyPerSecond] = [perSecond('fresh', rows), perSecond('copy', 8800)];
  return { rows, importPerSecond, repeatPerSecond: perSecond('again', rows), copyPerSecond, ratio: importPerSecond / copyPerSecond };
}

/** The rows of the company, as COPY text, into a bare table. Returns the seconds of the COPY alone. */
async function copy(ownerUrl: string, tenantId: string, table: string): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  const folder = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
    await client.query(`create temporary table bare as select * from ${table} with no data`);
    // By way of a file: the rows of a large import must not fill the memory that is measured.
    const file = join(folder, 'rows.copy');
    await pipeline(client.query(copyTo(`copy (select * from ${table}) to stdout`)), createWriteStream(file));
    return await timed(() => pipeline(createReadStream(file), client.query(copyFrom('copy bare from stdin'))));
  } finally {
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
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

if (import.meta.main) {
  const rows = Number(process.argv[2] ?? 0);
  console.table([rows > 0 ? await benchContacts(rows) : await benchImport()]);
}
