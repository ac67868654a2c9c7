import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { openManifest } from '../box/unpack-box.js';
import { fileName, type Manifest } from '../box/manifest.js';
import { blobsTable, fromOf } from '../box/write-box.js';
import { travels, type BoxTable } from '../box/box-tables.js';
import { ZipReader } from '../box/zip-reader.js';
import { openWorkOf } from '../db/twins.js';
import { DomainError } from '../errors/domain-error.js';
import { Operation } from '../operations/operation.resource.js';
import type { Ports } from '../ports/ports.js';
import { instant, ref, text } from '../resource/fields.js';
import { defineEffect, type EffectContext } from '../usecase/define-job.js';
import type { Work } from '../usecase/work.js';
import { switchesOf } from '../variants/switches.js';
import { PurgeCalledOff, type CalledOffBecause } from './events.js';
import { tablesOf } from './purge-plan.js';
import { TenantModule } from './tenant-module.resource.js';

const attempts = 3;

/** Before anything is deleted there has to be an export that has all of it, and that was read again to its end. */
export const proveExport = defineEffect({
  name: 'modules.prove_export',
  description: 'Reads the export again that has what will be deleted of a module, and calls the purge off when it has less than there is.',
  payload: { key: text(80, { required: true }), exportId: ref('operation', { required: true }), purgeAt: instant({ required: true }) },
  retry: { attempts, backoffMs: 10_000 },
  limitMinutes: 360,

  async run({ key, exportId, purgeAt }, context) {
    const asked = await context.work(async (work) => {
      const row = await scheduled(work, key, purgeAt);
      const one = switchesOf(work.definitions).get(key);
      if (!row || !one) return null;
      const fileKey = (await work.repo(Operation).find(exportId))?.fileKey ?? null;
      const tables = (await tablesOf(openWorkOf(work), one)).filter((table) => travels(table, false));
      return { fileKey, tables };
    });
    if (!asked) return;
    const { fileKey, tables } = asked;
    const manifest = fileKey === null ? null : await readAgain(fileKey, tables, context);
    await context.work(async (work) => {
      const row = await scheduled(work, key, purgeAt);
      if (!row) return;
      if (!manifest) return callOff(work, row, 'export_unreadable');
      if (!(await hasAll(work, tables, manifest))) return callOff(work, row, 'export_incomplete');
      await work.repo(TenantModule).update(row.id, { exportedAt: new Date(manifest.madeAt) });
    });
  },
});

/** The module as it is waiting for just this purge; null when that was called off meanwhile. Nobody else switches it until the end. */
export async function scheduled(work: Work, key: string, purgeAt: Date): Promise<TenantModule | null> {
  const row = await work.repo(TenantModule).first({ key }, { lock: 'wait' });
  const isSame = row?.purgeAt?.getTime() === purgeAt.getTime();
  return row && isSame && (row.state === 'purge_scheduled' || row.state === 'purging') ? row : null;
}

const sayings: Readonly<Record<CalledOffBecause, string>> = {
  asked: 'Somebody wanted it kept.',
  export_unreadable: 'The export could not be read again.',
  export_incomplete: 'The export has less than there is.',
  still_referenced: 'Records of other modules refer to it.',
};

export async function callOff(work: Work, row: TenantModule, because: CalledOffBecause): Promise<void> {
  const patch = { state: 'disabled', purgeAt: null, exportedAt: null, changedAt: work.now, calledOff: sayings[because] } as const;
  await work.repo(TenantModule).update(row.id, patch);
  await work.emit(PurgeCalledOff, { key: row.key, because });
}

/** The manifest once all of these tables was read; null when it is not as it was written, or not of this company. */
async function readAgain(
  fileKey: string,
  tables: readonly BoxTable[],
  { ports, tenantId, taskId, attempt }: EffectContext,
): Promise<Manifest | null> {
  const draft = await ports.files.draft(`prove-${taskId}-${attempt}`);
  try {
    await pipeline(await ports.files.read({ tenantId, sha256: fileKey }), createWriteStream(draft, { mode: 0o600 }));
    const manifest = await readParts(draft, new Set(tables.map(({ name }) => name)), ports);
    return manifest.tenant.id === tenantId ? manifest : null;
  } catch (error) {
    if (isForGood(error) || attempt >= attempts) return null;
    throw error;
  } finally {
    await ports.files.drop(draft);
  }
}

const isForGood = (error: unknown): boolean => error instanceof DomainError || (error as { code?: unknown } | null)?.code === 'ENOENT';

async function readParts(path: string, names: ReadonlySet<string>, ports: Ports): Promise<Manifest> {
  const zip = await ZipReader.open(path);
  try {
    const manifest = await openManifest({ ports }, zip);
    for (const part of manifest.parts.filter(({ table }) => names.has(table))) await readToEnd(zip.lines(part));
    if (names.has(blobsTable)) for (const sha256 of zip.files()) await readFile(zip, sha256);
    return manifest;
  } finally {
    zip.close();
  }
}

/** Behind the last of them it is known that they are those that were written. */
async function readToEnd(lines: AsyncGenerator<string>): Promise<void> {
  while (!(await lines.next()).done);
}

async function readFile(zip: ZipReader, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of zip.chunks(fileName(sha256), zip.sizeOf(fileName(sha256)))) hash.update(chunk);
  if (hash.digest('hex') !== sha256) throw new DomainError('invalid', 'box.damaged', `The content ${sha256} is not what it was.`);
}

/** Nothing is added while a module is off, so that as many rows are the same rows. */
async function hasAll(work: Work, tables: readonly BoxTable[], { parts, files }: Manifest): Promise<boolean> {
  for (const table of tables) {
    const { rows } = await openWorkOf(work).exec(`select count(*) as n from ${fromOf(table)}`, [work.tenantId]);
    const there = Number(rows[0]?.['n'] ?? 0);
    if (there > (parts.find((part) => part.table === table.name)?.rows ?? 0)) return false;
    if (table.name === blobsTable && files.missing.length > 0) return false;
  }
  return true;
}
