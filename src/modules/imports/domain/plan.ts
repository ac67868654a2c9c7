import type { MappedRow, Wanted } from './map-record.js';
import type { Step, StepMode } from './mapping.js';
import { merged, sameValue } from './same-value.js';
import type { Target, Targets } from './target.js';

/** Ids found, by shape and values of the reference. */
export type Found = ReadonlyMap<string, string>;

/** A name for the values of several fields that no other values share. */
export const keyOf = (values: readonly unknown[]): string => JSON.stringify(values);

/** The shape two look-ups must share to be one question. */
export const shapeOf = (wanted: Wanted): string => `${wanted.resource}(${Object.keys(wanted.by).sort().join()})`;

/** All references of the rows, innermost first, so that each level only needs ids found before it. */
export function wantedByDepth(rows: readonly MappedRow[]): Wanted[][] {
  const levels: Wanted[][] = [];
  const visit = (wanted: Wanted): number => {
    const inner = Object.values(wanted.by).map((part) => (typeof part === 'string' ? -1 : visit(part)));
    const depth = 1 + Math.max(-1, ...inner);
    (levels[depth] ??= []).push(wanted);
    return depth;
  };
  for (const row of rows) if (row.fate === 'import') for (const wanted of [...Object.values(row.wanted), ...authorsOf(row)]) visit(wanted);
  return levels;
}

const authorsOf = ({ authors }: MappedRow): Wanted[] => (authors ? Object.values(authors).map(({ wanted }) => wanted) : []);

/** The values a reference is looked up by, or null when a row it leans on does not exist. */
export function partsOf(wanted: Wanted, found: Found): unknown[] | null {
  const parts: unknown[] = [];
  for (const field of Object.keys(wanted.by).sort()) {
    const part = wanted.by[field];
    const value = typeof part === 'string' ? part : part && idOf(part, found);
    if (value === null || value === undefined) return null;
    parts.push(value);
  }
  return parts;
}

/** The id a reference stands for, if the row exists. */
export function idOf(wanted: Wanted, found: Found): string | null {
  const parts = partsOf(wanted, found);
  return parts === null ? null : (found.get(`${shapeOf(wanted)}${keyOf(parts)}`) ?? null);
}

/** Puts ids where references stood. A missing row empties a field that may be empty and rejects the line otherwise. */
export function fillReferences(row: MappedRow, fields: Targets, found: Found): void {
  for (const [field, wanted] of Object.entries(row.wanted)) {
    const id = idOf(wanted, found);
    if (id !== null) row.values[field] = id;
    else missing(row, field, wanted, fields[field]);
  }
}

/** Puts users where authors stood. One nobody knows is listed, and leaves the row out where the mapping says so. */
export function fillAuthors(row: MappedRow, found: Found): void {
  for (const [name, { wanted, strict }] of Object.entries(row.authors ?? {})) {
    const id = idOf(wanted, found);
    if (id !== null) {
      row.history = { ...row.history, [`${name}Id`]: id };
      continue;
    }
    if (strict) row.fate = 'reject';
    row.findings.push({
      line: row.line,
      field: name,
      rule: 'author_not_found',
      severity: strict ? 'error' : 'warning',
      value: describe(wanted),
      done: strict ? 'row left out' : 'left empty',
      message: `There is no user ${describe(wanted)}.`,
    });
  }
}

function missing(row: MappedRow, field: string, wanted: Wanted, target: Target | undefined): void {
  const needed = target?.options.required === true;
  if (needed) row.fate = 'reject';
  row.findings.push({
    line: row.line,
    field,
    rule: wanted.resource === 'user' ? 'owner_not_found' : 'parent_not_found',
    severity: needed ? 'error' : 'warning',
    value: describe(wanted),
    done: needed ? 'row left out' : 'left empty',
    message: `There is no ${wanted.resource} ${describe(wanted)}.`,
  });
}

const describe = (wanted: Wanted): string =>
  Object.values(wanted.by)
    .map((part) => (typeof part === 'string' ? part : describe(part)))
    .join(' / ');

/** A row that is there already. */
export interface Existing {
  readonly id: string;
  readonly version?: number;
  readonly [field: string]: unknown;
}

export type Action =
  | { readonly kind: 'create' | 'repeated' | 'rejected' | 'skipped'; readonly row: MappedRow }
  | { readonly kind: 'unchanged'; readonly row: MappedRow; readonly id?: string }
  | { readonly kind: 'update'; readonly row: MappedRow; readonly existing: Existing; readonly patch: Record<string, unknown> };

export interface PlanRules {
  readonly fields: Targets;
  readonly key: readonly string[];
  readonly mode: StepMode;
  readonly duplicates?: Step['duplicates'];
  /** Whether an earlier row of the same dry run would have made it. */
  readonly isMade?: (row: MappedRow) => boolean;
}

/** What is to be done for one line. */
export function planRow(row: MappedRow, existing: ReadonlyMap<string, Existing>, rules: PlanRules): Action {
  if (row.fate !== 'import') return { kind: without[row.fate], row };
  const there = rules.key.length === 0 ? undefined : existing.get(rowKey(row, rules.key));
  if (!there) return planNew(row, rules);
  if (rules.mode === 'create' && rules.duplicates !== 'update') return planTaken(row, there, rules);

  const patch = patchFor(row, there, rules);
  if (Object.keys(patch).length === 0) return { kind: 'unchanged', row, id: there.id };
  return { kind: 'update', row, existing: there, patch };
}

function patchFor(row: MappedRow, there: Existing, { fields }: PlanRules): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(row.values)) {
    const target = fields[field];
    if (!target || row.once.has(field) || sameValue(target, value, there[field])) continue;
    patch[field] = merged(target, value, there[field]);
  }
  return patch;
}

function planNew(row: MappedRow, { mode, isMade }: PlanRules): Action {
  if (isMade?.(row)) return { kind: 'update', row, existing: { id: '', version: 0 }, patch: {} };
  if (mode === 'create' || mode === 'upsert') return { kind: 'create', row };
  if (mode === 'link') return { kind: 'skipped', row };
  const finding = { line: row.line, field: null, rule: 'not_found', severity: 'error', value: null, done: 'row left out' } as const;
  return {
    kind: 'rejected',
    row: { ...row, findings: [...row.findings, { ...finding, message: 'There is no record to change, and none is made.' }] },
  };
}

/** Only new records are wanted, and this one is there. */
function planTaken(row: MappedRow, there: Existing, { key, duplicates }: PlanRules): Action {
  if (duplicates === 'skip') return { kind: 'unchanged', row, id: there.id };
  const finding = {
    line: row.line,
    field: key[0] ?? null,
    rule: 'duplicate_in_db',
    severity: 'error',
    value: key.flatMap((field) => (typeof row.values[field] === 'string' ? [row.values[field]] : [])).join(' / ') || null,
    done: 'row left out',
    message: 'There is a record with this key already.',
  } as const;
  return { kind: 'rejected', row: { ...row, findings: [...row.findings, finding] } };
}

const without = { reject: 'rejected', skip: 'skipped', repeat: 'repeated' } as const;

/** The values of a row's key fields, once its references are ids. */
export const rowKey = (row: Pick<MappedRow, 'values'>, key: readonly string[]): string =>
  keyOf(key.map((field) => comparable(row.values[field])));

/** 1 and 1.0000 name the same row. */
export const comparable = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : (value ?? null);
