import type { DomainError } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Finding, MappedRow } from '../domain/map-record.js';
import type { Mapping, Step } from '../domain/mapping.js';
import { fillReferences, planRow, type Action } from '../domain/plan.js';
import { ImportIssue } from '../import/import-issue.resource.js';
import { ImportRun, type Position } from '../import/import-run.resource.js';
import { lockMapping } from '../store/lock-mapping.js';
import { addCounts, type Tally, tallyOf } from '../domain/tally.js';
import { checkFields, checkInvariants, refusal } from './check-rows.js';
import { findExisting, findReferences } from './find-rows.js';

export interface Chunk {
  readonly importId: string;
  readonly mapping: Mapping;
  /** Where the chunk begins and where the next one will. */
  readonly at: Position;
  readonly next: Position;
  readonly rows: readonly MappedRow[];
  /** Set for a chunk of one row that the database would not take: it is reported instead of written. */
  readonly refused?: DomainError;
}

/** `moved`: somebody else has taken this chunk. `stopped`: the import no longer runs. */
export type ChunkResult = { readonly kind: 'written'; readonly run: ImportRun } | { readonly kind: 'moved' | 'stopped' };

/** Writes one chunk together with the position behind it: after a crash either both are there or neither. */
export async function writeChunk(work: Work, chunk: Chunk): Promise<ChunkResult> {
  await lockMapping(work, chunk.mapping.name);
  const run = await work.repo(ImportRun).lock(chunk.importId);
  if (run.state !== 'running') return { kind: 'stopped' };
  if (run.position?.step !== chunk.at.step || run.position.record !== chunk.at.record) return { kind: 'moved' };

  const step = stepAt(chunk.mapping, chunk.at);
  const actions = chunk.refused ? chunk.rows.map((row) => refuse(row, chunk.refused)) : await plan(work, step, chunk.rows);
  await carryOut(work, work.resource(step.resource), actions);
  const findings = actions.flatMap((action) => action.row.findings);
  await report(work, chunk.importId, fileOf(chunk.mapping, step), findings);
  return { kind: 'written', run: await advance(work, run, chunk, tallyOf(actions, findings.length)) };
}

export function stepAt(mapping: Mapping, position: Position): Step {
  const step = mapping.steps[position.step];
  if (!step) throw new Error(`The mapping ${mapping.name} has no step ${position.step}.`);
  return step;
}

/** Where the rows of a step come from, as reports name it. */
export const fileOf = (mapping: Mapping, step: Step): string =>
  step.file === undefined ? mapping.name : (mapping.files[step.file]?.name ?? step.file);

/** What is to be done for each row, nothing done yet. */
async function plan(work: Work, step: Step, given: readonly MappedRow[]): Promise<Action[]> {
  const resource = work.resource(step.resource);
  const mode = step.mode ?? 'upsert';
  const rows = given.map((row) => ({ ...row, values: { ...row.values }, findings: [...row.findings] }));
  const found = await findReferences(work, rows);
  for (const row of rows) {
    if (row.fate !== 'import') continue;
    fillReferences(row, resource.fields, found);
    checkFields(resource, row, mode === 'link' ? 'patch' : 'create');
  }
  const existing = await findExisting(work, resource, step.key, rows);
  const rules = { fields: resource.fields, key: step.key, mode };
  return rows.map((row) => checkInvariants(resource, planRow(row, existing, rules)));
}

const refuse = (row: MappedRow, error: DomainError | undefined): Action => ({
  kind: 'rejected',
  row: { ...row, findings: [...row.findings, refusal(row, error?.code ?? 'refused', error?.message ?? 'The row was refused.')] },
});

async function carryOut(work: Work, resource: Resource, actions: readonly Action[]): Promise<void> {
  const fresh = actions.flatMap((action) => (action.kind === 'create' ? [action.row.values] : []));
  await work.repo(resource).createMany(fresh, { events: 'none' });
  for (const action of actions) if (action.kind === 'update') await work.repo(resource).update(action.existing.id, action.patch);
}

/** Keeps what was found, cells shortened to what a list can show. */
export async function report(work: Work, importId: string, file: string, findings: readonly Finding[]): Promise<void> {
  const rows = findings.map(({ value, message, ...finding }) => ({
    ...finding,
    importId,
    file,
    value: value?.slice(0, 500) ?? null,
    message: message.slice(0, 2000),
  }));
  await work.repo(ImportIssue).createMany(rows, { events: 'none' });
}

function advance(work: Work, run: ImportRun, chunk: Chunk, tally: Tally): Promise<ImportRun> {
  return work.repo(ImportRun).update(run.id, {
    position: chunk.next,
    processed: run.processed + tally.read,
    created: run.created + tally.created,
    updated: run.updated + tally.updated,
    unchanged: run.unchanged + tally.unchanged,
    rejected: run.rejected + tally.rejected,
    issueCount: run.issueCount + tally.issues,
    steps: addCounts(run.steps ?? [], stepAt(chunk.mapping, chunk.at), tally),
  });
}
