import { setImmediate as othersHadTheirTurn } from 'node:timers/promises';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { RowRefusal } from '#kernel/usecase/judge.js';
import { ImportRun, type Position } from '../import/import-run.resource.js';
import { finishImport } from './finish-import.js';
import { openImport, type Opened } from './open-import.js';
import { readStep, type ReadRow } from './read-step.js';
import { isWorthMeasuring, measureTables } from './measure-tables.js';
import { mostRehearsed, rehearse, type End } from './rehearse.js';
import { revertImport } from './revert-import.js';
import type { Transact } from './transact.js';
import { writeChunk, type Chunk, type ChunkResult } from './write-chunk.js';
import { ChunkRefused } from './write-rows.js';

export interface RunOptions {
  readonly onProgress?: (run: ImportRun) => void;
  /** Asked between chunks: an answer of true leaves the rest for another time. */
  readonly pause?: () => boolean;
  /** Dry runs of so many rows are carried out in one transaction, which is taken back. */
  readonly mostRehearsed?: number;
}

const fullChunk = 1000;
const rowsAtOnce = 32;

/** Takes an import on from where it stands until it is done, has failed, was stopped, or `pause` says so. */
export async function runImport(importId: string, transact: Transact, options: RunOptions = {}): Promise<ImportRun> {
  const source = await openImport(importId, transact);
  if (source) {
    const end = await gone({ importId, source, options, write: (chunk) => transact((work) => writeChunk(work, chunk)) }, transact);
    if (end === 'moved') return runImport(importId, transact, options);
    if (end === 'done') await finishImport(source);
  }
  const run = await transact((work) => work.repo(ImportRun).get(importId));
  return run.state === 'reverting' ? revertImport(run, transact, options) : run;
}

interface Run {
  readonly importId: string;
  readonly source: Opened;
  readonly options: RunOptions;
  /** Does what is to be done for one chunk, whole or not at all. */
  readonly write: (chunk: Chunk) => Promise<ChunkResult>;
}

/** A dry run that is not too long and at its beginning is the run itself, taken back; any other goes chunk by chunk. */
async function gone(run: Run, transact: Transact): Promise<End> {
  const { source, options } = run;
  const { step, record } = source.position;
  const isShort = source.total <= (options.mostRehearsed ?? mostRehearsed);
  if (source.phase !== 'dry' || !isShort || step + record > 0) return allSteps(run);
  const whole = { ...source, made: undefined };
  return rehearse(whole, transact, (write) => allSteps({ ...run, source: whole, options: {}, write }));
}

async function allSteps(run: Run): Promise<End> {
  const { source, options } = run;
  let at = source.position;
  while (at.step < source.mapping.steps.length) {
    const end = await oneStep(run, at);
    if (end !== 'done') return end;
    at = { step: at.step + 1, record: 0 };
    if (at.step < source.mapping.steps.length && options.pause?.()) return 'paused';
  }
  return 'done';
}

/** Rows read and not yet committed. */
class Ahead {
  readonly rows: ReadRow[] = [];
  isAll = false;

  constructor(private readonly source: AsyncGenerator<ReadRow, void>) {}

  /** A few rows at a time: between them what the database has answered is heard, and it is given the next thing to do. */
  async fill(length: number): Promise<void> {
    for (let read = 1; !this.isAll && this.rows.length < length; read += 1) {
      if (read % rowsAtOnce === 0) await othersHadTheirTurn();
      const next = await this.source.next();
      if (next.done) this.isAll = true;
      else this.rows.push(next.value);
    }
  }

  /** The next rows, at most `size` of them. Two that have one key are not written together: the second must find the first. */
  take(size: number): ReadRow[] {
    const keys = new Set<string>();
    const end = this.rows.slice(0, size).findIndex(({ hash }) => {
      if (!hash) return false;
      const key = `${hash.high}:${hash.low}`;
      if (keys.has(key)) return true;
      keys.add(key);
      return false;
    });
    return this.rows.slice(0, end === -1 ? size : end);
  }
}

async function oneStep(run: Run, from: Position): Promise<End> {
  const { source } = run;
  const ahead = new Ahead(readStep(source, from.step, from.record));
  let at = from;
  let size = fullChunk;
  await ahead.fill(fullChunk);
  for (;;) {
    const rows = ahead.take(size);
    const isLast = ahead.isAll && rows.length === ahead.rows.length;
    const next = isLast ? { step: at.step + 1, record: 0 } : { step: at.step, record: at.record + rows.length };
    const chunk = chunkOf(source, { at, next, rows });
    // The database writes this chunk while the next one is read.
    const [result] = await Promise.all([attempt(run.write, chunk), ahead.fill(rows.length + fullChunk)]);
    if (result.kind === 'refused') size = Math.ceil(rows.length / 2);
    else if (result.kind !== 'written') return result.kind;
    else {
      await afterChunk(run, result.run, rows.length);
      if (isLast) return 'done';
      if (run.options.pause?.()) return 'paused';
      ahead.rows.splice(0, rows.length);
      at = next;
      size = Math.min(fullChunk, size * 2);
    }
  }
}

async function afterChunk({ source, options }: Run, after: ImportRun, rows: number): Promise<void> {
  const { processed } = after;
  if (source.phase === 'run' && isWorthMeasuring(processed - rows, processed)) await source.transact((work) => measureTables(work, source));
  options.onProgress?.(after);
}

function chunkOf({ importId, phase, mapping, speaksFor, made }: Opened, part: Pick<Chunk, 'at' | 'next' | 'rows'>): Chunk {
  return { importId, phase, mapping, speaksFor, ...part, ...(made ? { made } : {}) };
}

type Attempt = ChunkResult | { readonly kind: 'refused' };

/** A chunk that the database refuses is halved until the one row at fault is found; that row is reported instead of written. */
async function attempt(write: Run['write'], chunk: Chunk, left = 5): Promise<Attempt> {
  try {
    return await write(chunk);
  } catch (error) {
    if (isRefusal(error)) return refused(write, chunk, error);
    if (isWorthRepeating(error) && left > 1) return attempt(write, chunk, left - 1);
    throw error;
  }
}

/** Rows that a rule refuses by themselves are known; of any other refusal it is known only when the row stands alone. */
function refused(write: Run['write'], chunk: Chunk, error: DomainError): Promise<Attempt> {
  const before = chunk.refusedRows ?? new Map<number, RowRefusal>();
  const known = error instanceof ChunkRefused ? [...error.rows].filter(([place]) => !before.has(place)) : [];
  if (known.length > 0) return attempt(write, { ...chunk, refusedRows: new Map([...before, ...known]) });
  return chunk.rows.length > 1 ? Promise.resolve({ kind: 'refused' }) : write({ ...chunk, refused: error });
}

export const isRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && (error.kind === 'conflict' || error.kind === 'invalid');

/** Deadlock, serialisation failure. */
const isWorthRepeating = (error: unknown): boolean => ['40001', '40P01'].includes(String((error as { code?: unknown } | null)?.code));
