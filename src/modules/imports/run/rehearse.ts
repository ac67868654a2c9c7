import { openWorkOf, withSavepoint } from '#kernel/db/twins.js';
import type { Work } from '#kernel/usecase/work.js';
import { ImportRun } from '../import/import-run.resource.js';
import { lockMapping } from '../store/lock-mapping.js';
import type { ImportSource } from './import-source.js';
import type { Transact } from './transact.js';
import { keepOutcome, planChunk, stateOf, type Chunk, type ChunkResult } from './write-chunk.js';
import { writeRows, type Outcome } from './write-rows.js';

/** Rows of a dry run that may hold up others who write the same records while it lasts. */
export const mostRehearsed = 10_000;

/** How going through the rows ended. */
export type End = 'done' | 'moved' | 'stopped' | 'paused';
type Write = (chunk: Chunk) => Promise<ChunkResult>;

interface Kept {
  readonly chunk: Chunk;
  readonly outcome: Outcome;
}

/** Thrown at the end: nothing of a rehearsal stays but what was noted of it. */
class Over extends Error {
  constructor(readonly end: End) {
    super('The rehearsal is over.');
  }
}

/**
 * Carries an import out in one transaction that is taken back: what it comes to is what the run will come to, by every rule of the database
 * and of the company. What became of the rows is kept afterwards, all of it or nothing.
 */
export async function rehearse(source: ImportSource, transact: Transact, play: (write: Write) => Promise<End>): Promise<End> {
  const kept: Kept[] = [];
  const end = await takenBack(transact, async (work) => {
    const run = await work.repo(ImportRun).get(source.importId);
    await lockMapping(work, source.mapping.name);
    return play(async (chunk) => {
      kept.push({ chunk, outcome: await withSavepoint(openWorkOf(work), async () => writeRows(work, await planChunk(work, chunk))) });
      return { kind: 'written', run };
    });
  });
  return end === 'done' ? transact((work) => keep(work, source, kept)) : end;
}

async function takenBack(transact: Transact, fn: (work: Work) => Promise<End>): Promise<End> {
  try {
    return await transact(async (work) => {
      throw new Over(await fn(work));
    });
  } catch (error) {
    if (error instanceof Over) return error.end;
    throw error;
  }
}

async function keep(work: Work, { importId, phase }: ImportSource, kept: readonly Kept[]): Promise<End> {
  let run = await work.repo(ImportRun).lock(importId);
  if (run.state !== stateOf(phase)) return 'stopped';
  if (run.processed > 0) return 'moved';
  const made = new Set(
    kept.flatMap(({ outcome }) => outcome.actions.flatMap(({ kind }, i) => (kind === 'create' ? [outcome.ids[i]] : []))),
  );
  const real = (id: string | null) => (made.has(id) ? null : id);
  for (const { chunk, outcome } of kept) run = await keepOutcome(work, run, chunk, { ...outcome, ids: outcome.ids.map(real), before: [] });
  return 'done';
}
