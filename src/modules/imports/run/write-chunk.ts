import { sql } from '#kernel/db/sql.js';
import type { DomainError } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { letterOf } from '../domain/fates.js';
import { packHashes } from '../domain/key-set.js';
import type { Made } from '../domain/made.js';
import type { Finding, MappedRow } from '../domain/map-record.js';
import type { Mapping, Step } from '../domain/mapping.js';
import type { Action } from '../domain/plan.js';
import { addCounts, tallyOf, type Tally } from '../domain/tally.js';
import { ImportIssue } from '../import/import-issue.resource.js';
import { ImportRun, type Position } from '../import/import-run.resource.js';
import { noteChunk, type Before } from '../store/chunks.js';
import { lockMapping } from '../store/lock-mapping.js';
import { refusal } from './check-rows.js';
import type { Phase } from './import-source.js';
import { planRows } from './plan-rows.js';
import { stepAt, type ReadRow } from './read-step.js';

export interface Chunk {
  readonly importId: string;
  readonly phase: Phase;
  readonly mapping: Mapping;
  /** Where the chunk begins and where the next one will. */
  readonly at: Position;
  readonly next: Position;
  readonly rows: readonly ReadRow[];
  /** Of a dry run: what it would have made so far. */
  readonly made?: Made;
  /** Set for a chunk of one row that the database would not take: it is reported instead of written. */
  readonly refused?: DomainError;
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

  const step = stepAt(chunk.mapping, chunk.at.step);
  const actions = chunk.refused
    ? chunk.rows.map((row) => refuse(row, chunk.refused))
    : await planRows(work, { step, rows: chunk.rows, made: chunk.made });
  const written =
    chunk.phase === 'dry' ? { ids: [], before: [] } : await carryOut(work, { step, actions, silent: chunk.mapping.silent !== false });
  const findings = [...actions.flatMap((action) => action.row.findings), ...warned(work, actions, written.ids)];
  await report(work, chunk.importId, fileOf(chunk.mapping, step), findings);
  await note(work, chunk, actions, written);
  return { kind: 'written', run: await advance(work, run, chunk, tallyOf(actions, findings.length)) };
}

/** Where the rows of a step come from, as reports name it. */
export const fileOf = (mapping: Mapping, step: Step): string =>
  step.file === undefined ? mapping.name : (mapping.files[step.file]?.name ?? step.file);

const refuse = (row: MappedRow, error: DomainError | undefined): Action => ({
  kind: 'rejected',
  row: { ...row, findings: [...row.findings, refusal(row, ruleOf(error), error?.message ?? 'The row was refused.')] },
});

/** The company's own rule, where one of those refused the row. */
function ruleOf(error: DomainError | undefined): string {
  const rules: unknown = error?.details['rules'];
  const rule: unknown = Array.isArray(rules) ? rules[0] : undefined;
  return typeof rule === 'string' ? rule : (error?.code ?? 'refused');
}

/** What the company's rules find wrong with rows that came in all the same. */
function warned(work: Work, actions: readonly Action[], ids: readonly (string | null)[]): Finding[] {
  if (work.warnings.length === 0) return [];
  const rows = new Map(ids.map((id, i) => [id, actions[i]?.row] as const));
  return work.warnings.flatMap(({ recordId, rule, path, message }) => {
    const row = rows.get(recordId);
    const field = path === '' ? null : path.slice(1).replaceAll('/', '.');
    return row
      ? [{ line: row.line, field, rule, severity: 'warning' as const, value: null, done: 'imported, and kept as a finding', message }]
      : [];
  });
}

interface Written {
  /** The record of each row. */
  readonly ids: readonly (string | null)[];
  readonly before: readonly Before[];
}

async function carryOut(
  work: Work,
  { step, actions, silent }: { step: Step; actions: readonly Action[]; silent: boolean },
): Promise<Written> {
  const resource = step.mode === 'report' ? null : work.resource(step.resource);
  if (!resource) return { ids: [], before: [] };
  const fresh = actions.flatMap((action) => (action.kind === 'create' ? [action.row] : []));
  const made = await work.repo(resource).insertMany(
    fresh.map((row) => row.values),
    { events: silent ? 'none' : 'each' },
  );
  await setHistory(
    work,
    resource,
    fresh.map((row, i) => ({ ...row.history, id: made[i] ?? '' })),
  );
  const before: Before[] = [];
  for (const action of actions) if (action.kind === 'update') before.push(await change(work, resource, action));
  let at = 0;
  const ids = actions.map((action) => {
    if (action.kind === 'create') return made[at++] ?? null;
    return action.kind === 'update' ? action.existing.id : null;
  });
  return { ids, before };
}

async function change(work: Work, resource: Resource, { existing, patch }: Extract<Action, { kind: 'update' }>): Promise<Before> {
  const after = await work.repo(resource).update(existing.id, patch);
  const values = Object.fromEntries(Object.keys(patch).map((field) => [field, existing[field] ?? null]));
  return { id: existing.id, from: existing.version ?? 0, to: after.version, values };
}

/** When the other system made and last changed the rows. */
async function setHistory(
  work: Work,
  resource: Resource,
  rows: readonly { id: string; createdAt?: Date; updatedAt?: Date }[],
): Promise<void> {
  const dated = rows.filter(({ createdAt, updatedAt }) => createdAt ?? updatedAt);
  if (dated.length === 0) return;
  const [ids, created, updated] = [
    dated.map(({ id }) => id),
    dated.map((row) => row.createdAt ?? null),
    dated.map((row) => row.updatedAt ?? row.createdAt ?? null),
  ];
  await work.rows(
    sql`select imports.set_history(${resource.table}::regclass, ${ids}::uuid[], ${created}::timestamptz[], ${updated}::timestamptz[])`,
  );
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

function note(work: Work, chunk: Chunk, actions: readonly Action[], { ids, before }: Written): Promise<void> {
  const step = stepAt(chunk.mapping, chunk.at.step);
  return noteChunk(work, {
    importId: chunk.importId,
    phase: chunk.phase,
    step: chunk.at.step,
    first: chunk.at.record,
    lines: chunk.rows.map(({ line }) => line),
    fates: actions.map(letterOf).join(''),
    ids: actions.map((action, i) => ids[i] ?? idOf(action)),
    keys: packHashes(chunk.rows.flatMap(({ hash }) => hash ?? [])),
    made: chunk.made?.note(step.resource, actions) ?? {},
    before,
  });
}

function idOf(action: Action): string | null {
  if (action.kind === 'unchanged') return action.id ?? null;
  return action.kind === 'update' && action.existing.id !== '' ? action.existing.id : null;
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
