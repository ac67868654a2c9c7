import { hasOwners } from '#kernel/access/source-owners.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { normalise, withDefaults } from '#kernel/resource/normalise.js';
import { validate } from '#kernel/resource/validate.js';
import type { Finding, MappedRow } from '../domain/map-record.js';
import type { Action } from '../domain/plan.js';
import { rowCodeOf } from '../domain/row-codes.js';
import { everySystem } from '../import/speaks-for.js';

const leftOut = 'row left out';

/** Holds a row to the same field rules as the API; what a rule refuses is reported and left out. */
export function checkFields(resource: Resource, row: MappedRow, mode: 'create' | 'patch'): void {
  if (row.fate !== 'import') return;
  try {
    Object.assign(row.values, validate(resource.fields, row.values, mode));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    row.fate = 'reject';
    for (const problem of error.details.errors ?? []) {
      const field = problem.path.split('/')[1] ?? null;
      row.findings.push(refusal(row, rowCodeOf(problem.code), `${field ?? 'The row'} ${problem.message}.`, field));
    }
  }
}

/** Holds the row that would be written to the resource's invariants. */
export function checkInvariants(resource: Resource, action: Action): Action {
  const written = writtenBy(resource, action);
  const broken = written && resource.invariants.find((invariant) => !invariant.holds(written));
  if (!broken) return action;
  action.row.findings.push(refusal(action.row, broken.code, broken.message));
  return { kind: 'rejected', row: action.row };
}

/** Nobody but the system a value comes from writes it; an operator speaks for all of them. */
export function checkOwners(resource: Resource, action: Action, speaksFor: string | null): Action {
  if (speaksFor === everySystem || !hasOwners(resource)) return action;
  const written = action.kind === 'create' ? action.row.values : action.kind === 'update' ? action.patch : {};
  const [field] = Object.keys(written).filter((name) => {
    const owner = resource.fields[name]?.options.sourceOwner;
    return owner !== undefined && owner !== speaksFor && (action.kind === 'update' || written[name] !== null);
  });
  if (field === undefined) return action;
  const owner = resource.fields[field]?.options.sourceOwner ?? '';
  action.row.findings.push(refusal(action.row, 'no_right', `${field} comes from ${owner}, which alone writes it.`, field));
  return { kind: 'rejected', row: action.row };
}

/** The row as it would be afterwards; null when nothing is written. */
function writtenBy(resource: Resource, action: Action): Record<string, unknown> | null {
  if (action.kind === 'create') return withDefaults(resource.fields, action.row.values);
  // An empty id stands for a record that a dry run would have made: what else it holds is not known here.
  return action.kind === 'update' && action.existing.id !== '' ? { ...action.existing, ...normalised(resource, action.patch) } : null;
}

/** Dates in a patch as rows hold them. */
function normalised(resource: Resource, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(patch).map(([name, value]) => {
      const field = resource.fields[name];
      return [name, field ? normalise(field, value) : value];
    }),
  );
}

/** The finding for a row that was refused as a whole. */
export const refusal = (row: MappedRow, rule: string, message: string, field: string | null = null): Finding => ({
  line: row.line,
  field,
  rule,
  severity: 'error',
  value: field === null ? null : textOf(row.values[field]),
  done: leftOut,
  message,
});

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);
