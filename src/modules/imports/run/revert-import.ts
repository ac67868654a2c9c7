import { DomainError } from '#kernel/errors/domain-error.js';
import { openWorkOf, withSavepoint } from '#kernel/db/twins.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Finding } from '../domain/map-record.js';
import { isSilent } from '../domain/mapping.js';
import { ImportReverted } from '../events.js';
import { ImportRun } from '../import/import-run.resource.js';
import { mappingOf } from '../import/mapping-of.js';
import { forgetAuthors } from '../store/authors.js';
import { chunkBefore, type Before, type NotedChunk } from '../store/chunks.js';
import { noteRestored, standInsOf } from '../store/restored.js';
import { rowsOf } from './find-rows.js';
import { stepAt } from './read-step.js';
import type { RunOptions } from './run-import.js';
import type { Transact } from './transact.js';
import { fileOf, report } from './write-chunk.js';

/** Takes an import back, the last chunk first, until it is done or `pause` says so. Records somebody has changed since stay, and are listed. */
export async function revertImport(run: ImportRun, transact: Transact, options: RunOptions): Promise<ImportRun> {
  for (;;) {
    const after = await transact((work) => revertChunk(work, run.id));
    if (after === null) return transact((work) => work.repo(ImportRun).get(run.id));
    options.onProgress?.(after);
    if (options.pause?.()) return after;
  }
}

interface Outcome {
  reverted: number;
  readonly findings: Finding[];
}

/** The chunk written last of those that are left; null when none is. */
async function revertChunk(work: Work, importId: string): Promise<ImportRun | null> {
  const run = await work.repo(ImportRun).lock(importId);
  if (run.state !== 'reverting') return null;
  const chunk = await chunkBefore(work, importId, run.position ?? { step: 0, record: 0 });
  if (!chunk) return end(work, run);
  const mapping = mappingOf(work, run);
  const step = stepAt(mapping, chunk.step);
  const outcome: Outcome = { reverted: 0, findings: [] };
  if (step.mode !== 'report')
    await takeBack(work, { run, chunk, resource: work.resource(step.resource), silent: isSilent(mapping), outcome });
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
  readonly silent: boolean;
  readonly outcome: Outcome;
}

/** A record the chunk made or changed; `was` of those it changed. */
interface Touched {
  readonly line: number;
  readonly id: string;
  readonly was: Before | null;
}
interface Kept extends Touched {
  readonly why: string;
}

/** What keeps a record may itself go with this chunk: as long as some go, those that were kept by others are tried again. */
async function takeBack(work: Work, back: Back): Promise<void> {
  let open = touchedBy(back.chunk);
  for (;;) {
    const refused: Kept[] = [];
    for (const rows of withoutRepeats(open)) refused.push(...(await manyOrFewer(work, back, rows)));
    if (refused.length === 0 || refused.length === open.length) {
      back.outcome.findings.push(...refused.map(keptBecause));
      return;
    }
    open = refused;
  }
}

/** Records the chunk made or changed, the last first. */
function touchedBy({ fates, lines, ids, before }: NotedChunk): readonly Touched[] {
  let change = 0;
  return ids
    .flatMap((id, i) => {
      const fate = fates.charAt(i);
      const was = fate === 'u' ? before[change++] : null;
      return id !== null && was !== undefined && 'cu'.includes(fate) ? [{ line: lines[i] ?? 0, id, was }] : [];
    })
    .reverse();
}

/** In parts in which no record is there twice: its earlier change is taken back after its later one. */
function withoutRepeats(rows: readonly Touched[]): Touched[][] {
  const parts: Touched[][] = [];
  let seen = new Set<string>();
  for (const row of rows) {
    if (parts.length === 0 || seen.has(row.id)) {
      parts.push([]);
      seen = new Set();
    }
    seen.add(row.id);
    parts.at(-1)?.push(row);
  }
  return parts;
}

/** All at once; where the database refuses that, in halves, until it is known which of them cannot be taken back. */
async function manyOrFewer(work: Work, back: Back, rows: readonly Touched[]): Promise<Kept[]> {
  try {
    const { kept, reverted } = await withSavepoint(openWorkOf(work), () => many(work, back, rows));
    back.outcome.reverted += reverted;
    back.outcome.findings.push(...kept.map(keptBecause));
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const [only] = rows;
    if (rows.length === 1 && only) return [{ ...only, why: error.message }];
    const half = Math.ceil(rows.length / 2);
    return [...(await manyOrFewer(work, back, rows.slice(0, half))), ...(await manyOrFewer(work, back, rows.slice(half)))];
  }
}

/** Answers those that stay as they are, since somebody else has changed them. */
async function many(
  work: Work,
  { run, resource, silent }: Back,
  rows: readonly Touched[],
): Promise<{ readonly kept: readonly Kept[]; readonly reverted: number }> {
  const ids = rows.map(({ id }) => id);
  const there = new Map((await rowsOf(work, resource, { id: ids }, { lock: 'wait' })).map((row) => [row.id, row.version ?? 0]));
  const standIns = await standInsOf(work, ids);
  const kept: Kept[] = [];
  const [changed, made]: [(Touched & { was: Before })[], string[]] = [[], []];
  for (const row of rows) {
    if (row.was && standIns.isBack(run.id, row.id, row.was.from)) continue;
    const why = refusal(there.get(row.id), standIns.of(row.id, row.was?.to ?? 1), row.was);
    if (why !== null) kept.push({ ...row, why });
    else if (row.was) changed.push({ ...row, was: row.was });
    else if (there.has(row.id)) made.push(row.id);
  }
  const repo = work.repo(resource);
  const after = await repo.updateMany(
    changed.map(({ id, was }) => ({ id, patch: { ...was.values } })),
    { silent },
  );
  await noteRestored(
    work,
    run.id,
    after.map(({ version }, i) => ({ id: changed[i]?.id ?? '', from: changed[i]?.was.from ?? 0, to: version })),
  );
  await repo.deleteMany(made, { silent });
  await forgetAuthors(work, made);
  return { kept, reverted: changed.length + made.length };
}

/** Why a record stays as it is; null when nothing is against taking it back. */
function refusal(found: number | undefined, expected: number, was: Before | null): string | null {
  if (found === undefined) return was ? 'It has been deleted since.' : null;
  return found === expected ? null : 'It has been changed since.';
}

const keptBecause = ({ line, id, why }: Kept): Finding => ({
  line,
  field: null,
  rule: 'kept',
  severity: 'warning',
  value: id,
  done: 'left as it is',
  message: why,
});
