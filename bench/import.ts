import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
import { noPorts } from '#kernel/testing/no-ports.js';

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
  /** COPY of the same rows into a table like theirs, with its keys, indexes and foreign keys. */
  readonly copyPerSecond: number;
  readonly ratio: number;
  /** COPY into a table without any of that. */
  readonly bareCopyPerSecond: number;
  readonly bareRatio: number;
  /** Rows a second when the file comes again with one field of each row changed. */
  readonly updatePerSecond: number;
  readonly updateRatio: number;
  /** Rows a second when those changes are taken back, and when the records themselves are. */
  readonly revertUpdatesPerSecond: number;
  readonly revertUpdatesRatio: number;
  readonly revertCreatesPerSecond: number;
  readonly revertCreatesRatio: number;
  /** Most memory the process held, in MB. */
  readonly peakMegabytes: number;
}

const folder = resolve('..', 'shared', 'data', 'crm_opportunities');
const names = ['sales_teams.csv', 'accounts.csv', 'products.csv', 'sales_pipeline.csv'];
const rounds = 3;

export const contactMapping: StoredMapping = {
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

/** `rows` contacts through the whole import and copied, by turns, each time in a company of its own; the medians count. */
export async function benchContacts(rows = 20_000): Promise<ContactBench> {
  return withServer(async (postgres) => {
    const registry = buildRegistry(allModules);
    const database = await openDatabase(registry, { url: postgres.appUrl, poolSize: 4 });
    const runtime = new Runtime(registry, database, systemClock, noPorts);
    const folder = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
    const memory = watchMemory();
    const times: ContactTimes[] = [];
    try {
      const [file, again] = [join(folder, 'contacts.csv'), join(folder, 'again.csv')];
      await writeContacts(file, rows);
      await writeContacts(again, rows, 'Chief');
      for (let round = 0; round < rounds; round += 1) {
        const tenantId = await makeTenant(postgres.ownerUrl, round);
        const transact: Transact = (fn) => runtime.withWork({ tenantId, actor: systemActor('bench'), cause: { command: 'bench' } }, fn);
        const [first, own] = await timedOf(() => importContacts(transact, file, { created: rows }));
        const copied = await copies(postgres.ownerUrl, tenantId, 'customers.contacts');
        const revertCreates = await timed(() => takeBack(transact, first, rows));
        await importContacts(transact, file, { created: rows });
        const [changes, update] = await timedOf(() => importContacts(transact, again, { updated: rows }));
        const revertUpdates = await timed(() => takeBack(transact, changes, rows));
        times.push({ own, update, revertUpdates, revertCreates, ...copied });
      }
    } finally {
      memory.stop();
      rmSync(folder, { recursive: true, force: true });
      await database.source.destroy();
    }
    return { ...ratesOf(rows, times), peakMegabytes: memory.stop() };
  });
}

type ContactTimes = Readonly<Record<'own' | 'copy' | 'bare' | 'update' | 'revertUpdates' | 'revertCreates', number>>;

function ratesOf(rows: number, times: readonly ContactTimes[]): Omit<ContactBench, 'peakMegabytes'> {
  const rate = (key: keyof ContactTimes) => Math.round(rows / median(times.map((time) => time[key])));
  const copyPerSecond = rate('copy');
  const ratio = (key: keyof ContactTimes) => rate(key) / copyPerSecond;
  return {
    rows,
    importPerSecond: rate('own'),
    copyPerSecond,
    ratio: ratio('own'),
    bareCopyPerSecond: rate('bare'),
    bareRatio: rate('own') / rate('bare'),
    updatePerSecond: rate('update'),
    updateRatio: ratio('update'),
    revertUpdatesPerSecond: rate('revertUpdates'),
    revertUpdatesRatio: ratio('revertUpdates'),
    revertCreatesPerSecond: rate('revertCreates'),
    revertCreatesRatio: ratio('revertCreates'),
  };
}

/** Answers the id of the import, when it came to what was expected. */
async function importContacts(transact: Transact, file: string, expected: { created?: number; updated?: number }): Promise<string> {
  const upload = await Upload.fromDisk(file, 'contacts.csv');
  const { importId } = await transact((work) => beginImport(work, [upload]));
  await runImport(importId, transact);
  await transact((work) => work.repo(ImportRun).update(importId, { state: 'running', mapping: 'own', definition: contactMapping }));
  const { state, failure, created, updated } = await runImport(importId, transact);
  if (state !== 'finished' || created !== (expected.created ?? 0) || updated !== (expected.updated ?? 0))
    throw new Error(`The import is ${state}: ${failure ?? `${created} created, ${updated} updated`}.`);
  return importId;
}

async function takeBack(transact: Transact, importId: string, rows: number): Promise<void> {
  const update = { state: 'reverting', position: { step: 32_000, record: 0 } } as const;
  await transact((work) => work.repo(ImportRun).update(importId, update));
  const { state, reverted } = await runImport(importId, transact);
  if (state !== 'reverted' || reverted !== rows) throw new Error(`The import is ${state}: ${reverted} taken back.`);
}

/** `title` of everybody: another one, and the file is one of changes. */
export async function writeContacts(path: string, rows: number, title = 'Head'): Promise<void> {
  const lines = function* () {
    yield 'id,first,last,email,title\n';
    for (let i = 0; i < rows; i += 1) yield `${i},Anna ${i % 977},Muster-${i % 7919},person.${i}@example.com,${title} of ${i % 31}\n`;
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

/** Seconds of a COPY of the company's rows into a bare table. */
const copy = async (ownerUrl: string, tenantId: string, table: string): Promise<number> =>
  (await copies(ownerUrl, tenantId, table, ['bare'])).bare;

/** Seconds of a COPY of the company's rows, as text, into a bare table and into one with all that theirs has but the walls. */
async function copies(
  ownerUrl: string,
  tenantId: string,
  table: string,
  kinds: readonly ('bare' | 'copy')[] = ['copy', 'bare'],
): Promise<{ bare: number; copy: number }> {
  const client = new pg.Client({ connectionString: ownerUrl });
  const folder = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
  const seconds = { bare: 0, copy: 0 };
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
    // By way of a file: the rows of a large import must not fill the memory that is measured.
    const file = join(folder, 'rows.copy');
    await pipeline(client.query(copyTo(`copy (select * from ${table}) to stdout`)), createWriteStream(file));
    for (const kind of kinds) {
      await client.query(`create table public.target (like ${table} ${kind === 'copy' ? 'including all' : ''})`);
      if (kind === 'copy') await addForeignKeys(client, table);
      seconds[kind] = await timed(() => pipeline(createReadStream(file), client.query(copyFrom('copy public.target from stdin'))));
      await client.query('drop table public.target');
    }
    return seconds;
  } finally {
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function addForeignKeys(client: pg.Client, table: string): Promise<void> {
  const { rows } = await client.query<{ told: string }>(
    `select pg_get_constraintdef(oid) as told from pg_constraint where conrelid = $1::regclass and contype = 'f'`,
    [table],
  );
  for (const { told } of rows) await client.query(`alter table public.target add ${told}`);
}

/** A server of its own and a company on it. */
export const withImporter = <T>(use: (transact: Transact) => Promise<T>): Promise<T> =>
  withServer(async (postgres) => {
    const database = await openDatabase(buildRegistry(allModules), { url: postgres.appUrl, poolSize: 4 });
    const runtime = new Runtime(buildRegistry(allModules), database, systemClock, noPorts);
    const tenantId = await makeTenant(postgres.ownerUrl, 0);
    try {
      return await use((fn) => runtime.withWork({ tenantId, actor: systemActor('bench'), cause: { command: 'bench' } }, fn));
    } finally {
      await database.source.destroy();
    }
  });

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

const timed = async (work: () => Promise<unknown>): Promise<number> => (await timedOf(work))[1];

async function timedOf<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const done = await work();
  return [done, (performance.now() - began) / 1000];
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

if (import.meta.main) {
  console.log(await benchContacts(Number(process.argv.find((word) => word.startsWith('--rows='))?.slice(7) ?? 20_000)));
  console.table([await benchImport()]);
}
