import { DomainError } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Finding } from '../domain/map-record.js';
import { ImportReverted } from '../events.js';
import { ImportRun } from '../import/import-run.resource.js';
import { mappingOf } from '../import/mapping-of.js';
import { chunkBefore, type Before, type NotedChunk } from '../store/chunks.js';
import { noteRestored, restoredVersions } from '../store/restored.js';
import { rowsOf } from './find-rows.js';
import { stepAt } from './read-step.js';
import type { RunOptions } from './run-import.js';
import type { Transact } from './transact.js';
import { fileOf, report } from './write-chunk.js';

/** Takes an import back, the last chunk first, until it is done or `pause` says so. Records somebody has changed since stay, and are listed. */
export async function revertImport(run: ImportRun, transact: Transact, options: RunOptions): Promise<ImportRun> {
  const step = { importId: run.id, transact };
  for (;;) {
    const after = await oneChunk(step);
    if (after === null) return transact((work) => work.repo(ImportRun).get(run.id));
    options.onProgress?.(after);
    if (options.pause?.()) return after;
  }
}

interface Reverting {
  readonly importId: string;
  readonly transact: Transact;
}

/** One chunk at once, or row by row when one of them cannot be taken back. Null when none is left. */
async function oneChunk(reverting: Reverting): Promise<ImportRun | null> {
  try {
    return await reverting.transact((work) => revertChunk(work, reverting.importId, allAtOnce));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return rowByRow(reverting);
  }
}

/** Rows that cannot be taken back, by what keeps them. */
type Stuck = ReadonlyMap<string, string>;
const allAtOnce: Stuck = new Map();

/** Tries each row in a transaction that is thrown away, to know which ones cannot go, and then takes back the others. */
async function rowByRow({ importId, transact }: Reverting): Promise<ImportRun | null> {
  const stuck = new Map<string, string>();
  for (;;) {
    try {
      return await transact((work) => revertChunk(work, importId, stuck));
    } catch (error) {
      if (!(error instanceof RowStuck) || stuck.has(error.id)) throw error;
      stuck.set(error.id, error.why);
    }
  }
}

class RowStuck extends DomainError {
  constructor(
    readonly id: string,
    readonly why: string,
  ) {
    super('conflict', 'import.row_stuck', why);
  }
}

interface Outcome {
  reverted: number;
  readonly findings: Finding[];
}

async function revertChunk(work: Work, importId: string, stuck: Stuck): Promise<ImportRun | null> {
  const run = await work.repo(ImportRun).lock(importId);
  if (run.state !== 'reverting') return null;
  const chunk = await chunkBefore(work, importId, run.position ?? { step: 0, record: 0 });
  if (!chunk) return end(work, run);
  const mapping = mappingOf(work, run);
  const step = stepAt(mapping, chunk.step);
  const outcome: Outcome = { reverted: 0, findings: [] };
  if (step.mode !== 'report') await takeBack(work, { run, chunk, resource: work.resource(step.resource), stuck, outcome });
  await report(work, importId, fileOf(mapping, step), outcome.findings);
  return work.repo(ImportRun).update(importId, {
    position: { step: chunk.step, record: Number(chunk.first) },
    reverted: run.reverted + outcome.reverted,
    kept: run.kept + outcome.findings.length,
    issueCount: run.issueCount + outcome.findings.length,
  });
}

async function end(work: Work, run: ImportRun): Promise<null> {
  await work.repo(ImportRun).update(run.id, { state: run.kept > 0 ? 'revert_partly' : 'reverted', finishedAt: work.now });
  const { id, reverted, kept } = run;
  await work.emit(ImportReverted, { importId: id, reverted, kept }, { resource: 'import', id });
  return null;
}

interface Back {
  readonly run: ImportRun;
  readonly chunk: NotedChunk;
  readonly resource: Resource;
  readonly stuck: Stuck;
  readonly outcome: Outcome;
}

async function takeBack(work: Work, back: Back): Promise<void> {
  const { chunk, run, resource } = back;
  const touched = touchedBy(chunk);
  const ids = touched.map(({ id }) => id);
  const there = new Map((await rowsOf(work, resource, { id: ids })).map((row) => [row.id, row.version ?? 0]));
  const restored = await restoredVersions(work, run.id, ids);
  for (const { line, id, was } of touched) {
    const left = was?.to ?? 1;
    const version = restored.get(`${id}:${left}`) ?? left;
    const why = back.stuck.get(id) ?? refusal(there.get(id), version, was) ?? (await one(work, back, { id, was }));
    if (why === null) back.outcome.reverted += 1;
    else back.outcome.findings.push(keptBecause(line, id, why));
  }
}

/** Records the chunk made or changed, the last first; `was` of those it changed. */
function touchedBy({ fates, lines, ids, before }: NotedChunk): { line: number; id: string; was: Before | null }[] {
  const changed = new Map(before.map((one) => [one.id, one]));
  return ids
    .flatMap((id, i) => {
      const fate = fates.charAt(i);
      const was = fate === 'u' && id !== null ? changed.get(id) : null;
      return id !== null && was !== undefined && 'cu'.includes(fate) ? [{ line: lines[i] ?? 0, id, was }] : [];
    })
    .reverse();
}

/** Why a record stays as it is; null when nothing is against taking it back. */
function refusal(found: number | undefined, expected: number, was: Before | null): string | null {
  if (found === undefined) return was ? 'It has been deleted since.' : null;
  return found === expected ? null : 'It has been changed since.';
}

/** Null: the record is as it was, or gone. */
async function one(work: Work, { run, resource }: Back, { id, was }: { id: string; was: Before | null }): Promise<null> {
  const repo = work.repo(resource);
  try {
    if (was) await noteRestored(work, { importId: run.id, id, from: was.from, to: (await repo.update(id, { ...was.values })).version });
    else if (await repo.find(id)) await repo.delete(id);
    return null;
  } catch (error) {
    throw error instanceof DomainError ? new RowStuck(id, error.message) : error;
  }
}

const keptBecause = (line: number, id: string, why: string): Finding => ({
  line,
  field: null,
  rule: 'kept',
  severity: 'warning',
  value: id,
  done: 'left as it is',
  message: why,
});
