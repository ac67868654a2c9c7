import type { Resource } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Made } from '../domain/made.js';
import { shapeName } from '../domain/made.js';
import type { MappedRow } from '../domain/map-record.js';
import type { Step } from '../domain/mapping.js';
import { comparable, fillAuthors, fillReferences, planRow, type Action, type PlanRules } from '../domain/plan.js';
import { checkFields, checkInvariants, checkOwners } from './check-rows.js';
import { findExisting, findReferences } from './find-rows.js';

/** A row that was held to the field rules while it was read, by the definition that held then. */
export interface CheckedRow extends MappedRow {
  readonly checked?: { readonly by: Resource; readonly row: MappedRow };
}

export interface Planning {
  readonly step: Step;
  readonly rows: readonly CheckedRow[];
  readonly made: Made | undefined;
  /** The system whose values it may bring. */
  readonly speaksFor: string | null;
}

/** What is to be done for each row, nothing done yet. */
export async function planRows(work: Work, { step, rows: given, made, speaksFor }: Planning): Promise<Action[]> {
  if (step.mode === 'report') return given.map((row) => planRow(row, new Map(), { fields: {}, key: [], mode: 'report' }));
  const resource = work.resource(step.resource);
  const mode = step.mode ?? 'upsert';
  const isChecked = ({ checked }: CheckedRow) => checked?.by === resource;
  const rows = given.map((row) => copyOf(isChecked(row) ? (row.checked?.row ?? row) : row));
  const open = rows.filter((row, i) => row.fate === 'import' && !isChecked(given[i] ?? row));
  const found = await findReferences(work, open, made);
  for (const row of open) {
    fillReferences(row, resource.fields, found);
    fillAuthors(row, found);
    checkFields(resource, row, checkMode(step));
  }
  const existing = await findExisting(work, resource, step.key, rows);
  const rules = rulesOf(step, { fields: resource.fields, key: step.key, mode }, made);
  return rows.map((row) => checkInvariants(resource, checkOwners(resource, planRow(row, existing, rules), speaksFor)));
}

/** Rows that wait for no reference can be held to the field rules before their turn, while the database is busy. */
export function checkAhead(resource: Resource | undefined, step: Step, row: MappedRow): Pick<CheckedRow, 'checked'> {
  if (!resource || row.fate !== 'import' || Object.keys(row.wanted).length > 0 || row.authors) return {};
  const copy = copyOf(row);
  checkFields(resource, copy, checkMode(step));
  return { checked: { by: resource, row: copy } };
}

const copyOf = (row: MappedRow): MappedRow => ({ ...row, values: { ...row.values }, findings: [...row.findings] });
const checkMode = ({ mode }: Step) => (mode === 'link' || mode === 'update' ? 'patch' : 'create');

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
