import { DomainError } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import type { MappedRow } from '../domain/map-record.js';
import { ImportRun, type Position } from '../import/import-run.resource.js';
import { finishImport } from './finish-import.js';
import { openImport } from './open-import.js';
import { readStep, type ImportSource } from './read-step.js';
import { writeChunk, type Chunk, type ChunkResult } from './write-chunk.js';

/** Opens one transaction with the rights of the system. */
export type Transact = <T>(fn: (work: Work) => Promise<T>) => Promise<T>;

export interface RunOptions {
  readonly onProgress?: (run: ImportRun) => void;
  /** Asked between chunks: an answer of true leaves the rest for another time. */
  readonly pause?: () => boolean;
}

const fullChunk = 1000;

/** Takes an import on from where it stands until it is done, has failed, was stopped, or `pause` says so. */
export async function runImport(importId: string, transact: Transact, options: RunOptions = {}): Promise<ImportRun> {
  const source = await openImport(importId, transact);
  if (source) {
    const end = await allSteps(importId, source, transact, options);
    if (end === 'moved') return runImport(importId, transact, options);
    if (end === 'done') await finishImport(importId, source, transact);
  }
  return transact((work) => work.repo(ImportRun).get(importId));
}

type End = 'done' | 'moved' | 'stopped' | 'paused';

async function allSteps(
  importId: string,
  source: ImportSource & { readonly position: Position },
  transact: Transact,
  options: RunOptions,
): Promise<End> {
  let at = source.position;
  while (at.step < source.mapping.steps.length) {
    const end = await oneStep({ importId, source, transact, options }, at);
    if (end !== 'done') return end;
    at = { step: at.step + 1, record: 0 };
    if (at.step < source.mapping.steps.length && options.pause?.()) return 'paused';
  }
  return 'done';
}

interface Run {
  readonly importId: string;
  readonly source: ImportSource;
  readonly transact: Transact;
  readonly options: RunOptions;
}

/** Rows read and not yet committed. */
class Ahead {
  readonly rows: MappedRow[] = [];
  isAll = false;

  constructor(private readonly source: AsyncGenerator<MappedRow, void>) {}

  async fill(length: number): Promise<void> {
    while (!this.isAll && this.rows.length < length) {
      const next = await this.source.next();
      if (next.done) this.isAll = true;
      else this.rows.push(next.value);
    }
  }
}

async function oneStep(run: Run, from: Position): Promise<End> {
  const ahead = new Ahead(readStep(run.source, from.step, from.record));
  let at = from;
  let size = fullChunk;
  await ahead.fill(fullChunk);
  for (;;) {
    const rows = ahead.rows.slice(0, size);
    const isLast = ahead.isAll && rows.length === ahead.rows.length;
    const next = isLast ? { step: at.step + 1, record: 0 } : { step: at.step, record: at.record + rows.length };
    const chunk: Chunk = { importId: run.importId, mapping: run.source.mapping, at, next, rows };
    // The database writes this chunk while the next one is read.
    const [result] = await Promise.all([attempt(run.transact, chunk), ahead.fill(rows.length + fullChunk)]);
    if (result.kind === 'refused') size = Math.ceil(rows.length / 2);
    else if (result.kind !== 'written') return result.kind;
    else {
      run.options.onProgress?.(result.run);
      if (isLast) return 'done';
      if (run.options.pause?.()) return 'paused';
      ahead.rows.splice(0, rows.length);
      at = next;
      size = Math.min(fullChunk, size * 2);
    }
  }
}

type Attempt = ChunkResult | { readonly kind: 'refused' };

/** A chunk that the database refuses is halved until the one row at fault is found; that row is reported instead of written. */
async function attempt(transact: Transact, chunk: Chunk, left = 5): Promise<Attempt> {
  try {
    return await transact((work) => writeChunk(work, chunk));
  } catch (error) {
    if (isRefusal(error) && chunk.rows.length > 1) return { kind: 'refused' };
    if (isRefusal(error)) return transact((work) => writeChunk(work, { ...chunk, refused: error }));
    if (isWorthRepeating(error) && left > 1) return attempt(transact, chunk, left - 1);
    throw error;
  }
}

const isRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && (error.kind === 'conflict' || error.kind === 'invalid');

/** Deadlock, serialisation failure. */
const isWorthRepeating = (error: unknown): boolean => ['40001', '40P01'].includes(String((error as { code?: unknown } | null)?.code));
