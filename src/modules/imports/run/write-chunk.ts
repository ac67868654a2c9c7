import type { DomainError } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import type { RowRefusal } from '#kernel/usecase/judge.js';
import { letterOf } from '../domain/fates.js';
import { packHashes } from '../domain/key-set.js';
import type { Made } from '../domain/made.js';
import type { Finding, MappedRow } from '../domain/map-record.js';
import { isSilent, type Mapping, type Step } from '../domain/mapping.js';
import type { Action } from '../domain/plan.js';
import { rowCodeOf } from '../domain/row-codes.js';
import { addCounts, tallyOf, type Tally } from '../domain/tally.js';
import { ImportIssue } from '../import/import-issue.resource.js';
import { ImportRun, type Position } from '../import/import-run.resource.js';
import { noteChunk } from '../store/chunks.js';
import { lockMapping } from '../store/lock-mapping.js';
import { refusal } from './check-rows.js';
import type { Phase } from './import-source.js';
import { planRows } from './plan-rows.js';
import { stepAt, type ReadRow } from './read-step.js';
import { fieldAt, writeRows, type Outcome, type Planned } from './write-rows.js';
import { tryOut } from './try-out.js';

export interface Chunk {
  readonly importId: string;
  readonly phase: Phase;
  readonly mapping: Mapping;
  /** Where the chunk begins and where the next one will. */
  readonly at: Position;
  readonly next: Position;
  readonly rows: readonly ReadRow[];
  readonly speaksFor: string | null;
  /** Of a dry run: what it would have made so far. */
  readonly made?: Made;
  /** Set for a chunk of one row that the database would not take: it is reported instead of written. */
  readonly refused?: DomainError;
  /** Rows a rule of the company refuses, by their places: they are reported, and the others written. */
  readonly refusedRows?: ReadonlyMap<number, RowRefusal>;
}

/** `moved`: somebody else has taken this chunk. `stopped`: the import no longer runs. */
export type ChunkResult = { readonly kind: 'written'; readonly run: ImportRun } | { readonly kind: 'moved' | 'stopped' };

export const stateOf = (phase: Phase) => (phase === 'dry' ? 'dry_running' : 'running');

/** Writes one chunk together with the position behind it: after a crash either both are there or neither. */
export async function writeChunk(work: Work, chunk: Chunk): Promise<ChunkResult> {
  await lockMapping(work, chunk.mapping.name);
  const run = await work.repo(ImportRun).lock(chunk.importId);
  if (run.state !== stateOf(chunk.phase)) return { kind: 'stopped' };
  if (run.position?.step !== chunk.at.step || run.position.record !== chunk.at.record) return { kind: 'moved' };

  return { kind: 'written', run: await keepOutcome(work, run, chunk, await carryOut(work, chunk)) };
}

async function carryOut(work: Work, chunk: Chunk): Promise<Outcome> {
  const planned = await planChunk(work, chunk);
  return chunk.phase === 'dry' ? tryOut(work, planned) : writeRows(work, planned);
}

export async function planChunk(
  work: Work,
  { importId, mapping, at, rows, made, speaksFor, refused, refusedRows }: Chunk,
): Promise<Planned> {
  const step = stepAt(mapping, at.step);
  const silent = isSilent(mapping);
  if (refused) return { importId, step, silent, actions: rows.map((row) => refuse(row, refusalOf(refused))) };
  const actions = (await planRows(work, { step, rows, made, speaksFor })).map((action, i) => {
    const why = refusedRows?.get(i);
    return why ? refuse(action.row, why) : action;
  });
  return { importId, step, silent, actions };
}

/** Keeps what became of the rows, and moves on. */
export async function keepOutcome(work: Work, run: ImportRun, chunk: Chunk, outcome: Outcome): Promise<ImportRun> {
  const step = stepAt(chunk.mapping, chunk.at.step);
  const { actions, findings } = outcome;
  await report(work, chunk.importId, fileOf(chunk.mapping, step), findings);
  await note(work, chunk, outcome);
  return advance(work, run, chunk, tallyOf(actions, findings.length));
}

/** Where the rows of a step come from, as reports name it. */
export const fileOf = (mapping: Mapping, step: Step): string =>
  step.file === undefined ? mapping.name : (mapping.files[step.file]?.name ?? step.file);

const refuse = (row: MappedRow, { rule, path, message }: RowRefusal): Action => ({
  kind: 'rejected',
  row: { ...row, findings: [...row.findings, refusal(row, rule, message, fieldAt(path))] },
});

/** The company's own rule and its field, where one of those refused the row. */
function refusalOf({ code, message, details }: DomainError): RowRefusal {
  const rules: unknown = details['rules'];
  const rule: unknown = Array.isArray(rules) ? rules[0] : undefined;
  return typeof rule === 'string'
    ? { rule, path: details.errors?.[0]?.path ?? '', message }
    : { rule: rowCodeOf(code), path: details.errors?.[0]?.path ?? '', message };
}

/** Keeps what was found, cells shortened to what a list can show. */
export async function report(work: Work, importId: string, file: string, findings: readonly Finding[]): Promise<void> {
  const rows = findings.map(({ value, message, field, ...finding }) => ({
    ...finding,
    importId,
    file,
    field: field?.slice(0, 200) ?? null,
    value: value?.slice(0, 500) ?? null,
    message: message.slice(0, 2000),
  }));
  await work.repo(ImportIssue).insertMany(rows, { events: 'none' });
}

function note(work: Work, chunk: Chunk, { actions, ids, before }: Outcome): Promise<void> {
  const step = stepAt(chunk.mapping, chunk.at.step);
  return noteChunk(work, {
    importId: chunk.importId,
    phase: chunk.phase,
    step: chunk.at.step,
    first: chunk.at.record,
    lines: chunk.rows.map(({ line }) => line),
    fates: actions.map(letterOf).join(''),
    ids,
    keys: packHashes(chunk.rows.flatMap(({ hash }) => hash ?? [])),
    made: chunk.made?.note(step.resource, actions) ?? {},
    before,
  });
}

function advance(work: Work, run: ImportRun, chunk: Chunk, tally: Tally): Promise<ImportRun> {
  return work.repo(ImportRun).update(run.id, {
    position: chunk.next,
    processed: run.processed + tally.read,
    created: run.created + tally.created,
    updated: run.updated + tally.updated,
    unchanged: run.unchanged + tally.unchanged,
    skipped: run.skipped + tally.skipped + tally.repeated,
    rejected: run.rejected + tally.rejected,
    issueCount: run.issueCount + tally.issues,
    steps: addCounts(run.steps ?? [], stepAt(chunk.mapping, chunk.at.step), tally),
  });
}
