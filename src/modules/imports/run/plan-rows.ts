import type { Work } from '#kernel/usecase/work.js';
import type { Made } from '../domain/made.js';
import { shapeName } from '../domain/made.js';
import type { MappedRow } from '../domain/map-record.js';
import type { Step } from '../domain/mapping.js';
import { comparable, fillReferences, planRow, type Action, type PlanRules } from '../domain/plan.js';
import { checkFields, checkInvariants } from './check-rows.js';
import { findExisting, findReferences } from './find-rows.js';

export interface Planning {
  readonly step: Step;
  readonly rows: readonly MappedRow[];
  readonly made: Made | undefined;
}

/** What is to be done for each row, nothing done yet. */
export async function planRows(work: Work, { step, rows: given, made }: Planning): Promise<Action[]> {
  if (step.mode === 'report') return given.map((row) => planRow(row, new Map(), { fields: {}, key: [], mode: 'report' }));
  const resource = work.resource(step.resource);
  const mode = step.mode ?? 'upsert';
  const rows = given.map((row) => ({ ...row, values: { ...row.values }, findings: [...row.findings] }));
  const found = await findReferences(work, rows, made);
  for (const row of rows) {
    if (row.fate !== 'import') continue;
    fillReferences(row, resource.fields, found);
    checkFields(resource, row, mode === 'link' || mode === 'update' ? 'patch' : 'create');
  }
  const existing = await findExisting(work, resource, step.key, rows);
  const rules = rulesOf(step, { fields: resource.fields, key: step.key, mode }, made);
  return rows.map((row) => checkInvariants(resource, planRow(row, existing, rules)));
}

function rulesOf({ resource, key, duplicates }: Step, rules: PlanRules, made: Made | undefined): PlanRules {
  const shape = shapeName(resource, key);
  const fields = [...key].sort();
  const isMade = (row: MappedRow) =>
    key.length > 0 &&
    made?.has(
      shape,
      fields.map((field) => comparable(row.values[field] ?? null)),
    ) === true;
  return { ...rules, ...(duplicates ? { duplicates } : {}), ...(made ? { isMade } : {}) };
}
