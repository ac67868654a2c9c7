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
/** Deadlock, serialisation failure. */
const worthRepeating = new Set(['40001', '40P01']);

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

async function allSteps(importId: string, source: ImportSource & { readonly position: Position }, transact: Transact, options: RunOptions): Promise<End> {
  let at = source.position;
  while (at.step < source.mapping.steps.length) {
    const end = await oneStep({ importId, source, transact, options }, at);
    if (end !== 'done') return end;
    at = { step: at.step + 1, record: 0 };
    if (at.step < source.mapping.steps.length && options.pause?.()) return 'paused';
  }
  return 'done';
}

interface Run { readonly importId: string; readonly source: ImportSource; readonly transact: Transact; readonly options: RunOptions }

async function oneStep(run: Run, from: Position): Promise<End> {
  const rows = readStep(run.source, from.step, from.record);
  const pending: MappedRow[] = [];
  let at = from;
  let size = fullChunk;
  let read = await fillUp(rows, pending, fullChunk);
  do {
    const taken = pending.slice(0, size);
    const last = read.done && taken.length === pending.length;
    const next = last ? { step: at.step + 1, record: 0 } : { step: at.step, record: at.record + taken.length };
    // The database writes this chunk while the next one is read.
    const [result, ahead] = await Promise.all([
      attempt(run, { importId: run.importId, mapping: run.source.mapping, at, next, rows: taken }),
      read.done ? read : fillUp(rows, pending, taken.length + fullChunk),
    ]);
    read = ahead;
    if (result.kind === 'refused') {
      size = Math.ceil(taken.length / 2);
      continue;
    }
    if (result.kind !== 'written') return result.kind;
    run.options.onProgress?.(result.run);
    if (last) return 'done';
    if (run.options.pause?.()) return 'paused';
    pending.splice(0, taken.length);
    at = next;
    size = Math.min(fullChunk, size * 2);
  } while (true);
}

async function fillUp(rows: AsyncGenerator<MappedRow>, pending: MappedRow[], length: number): Promise<{ done: boolean }> {
  while (pending.length < length) {
    const { value, done } = await rows.next();
    if (done === true) return { done: true };
    pending.push(value);
  }
  return { done: false };
}

/** A chunk that the database refuses is halved until the one row at fault is found; that row is reported instead of written. */
async function attempt({ transact }: Run, chunk: Chunk, left = 5): Promise<ChunkResult | { readonly kind: 'refused' }> {
  try {
    return await transact((work) => writeChunk(work, chunk));
  } catch (error) {
    if (error instanceof DomainError && (error.kind === 'conflict' || error.kind === 'invalid') && !chunk.refused) {
      return chunk.rows.length > 1 ? { kind: 'refused' } : transact((work) => writeChunk(work, { ...chunk, refused: error }));
    }
    const code = (error as { code?: unknown } | null)?.code;
    if (typeof code === 'string' && worthRepeating.has(code) && left > 1) return attempt({ transact } as Run, chunk, left - 1);
    throw error;
  }
}
