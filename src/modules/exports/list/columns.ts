import type { Field } from '#kernel/resource/fields.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { harmless, type Cell } from '../domain/cells.js';

export type ColumnKind = 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'instant';

/** One column of a table made of records; what has parts has a column for each. */
export interface Column {
  /** `name`, `annualRevenue.amount`. */
  readonly name: string;
  readonly kind: ColumnKind;
  readonly read: (row: ExportedRow) => unknown;
}
/** A record as REST shows it. */
export type ExportedRow = Readonly<Record<string, unknown>>;

const parts: Readonly<Partial<Record<Field['kind'], readonly (readonly [string, ColumnKind])[]>>> = {
  money: [
    ['amount', 'decimal'],
    ['currency', 'text'],
  ],
  plan: [
    ['local', 'text'],
    ['zone', 'text'],
  ],
  address: [
    ['street', 'text'],
    ['postalCode', 'text'],
    ['city', 'text'],
    ['region', 'text'],
    ['country', 'text'],
  ],
};
const kinds: Readonly<Partial<Record<Field['kind'], ColumnKind>>> = {
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  date: 'date',
  instant: 'instant',
};
const base: readonly (readonly [string, ColumnKind])[] = [
  ['id', 'text'],
  ['version', 'integer'],
  ['createdAt', 'instant'],
  ['updatedAt', 'instant'],
];

const own = (name: string, kind: ColumnKind): Column => ({ name, kind, read: (row) => row[name] });

/** The columns of what is shown of a resource: `shown` are the members of a row. */
export function columnsOf(resource: Resource, shown: ReadonlySet<string>): Column[] {
  return [
    ...base.filter(([name]) => shown.has(name)).map(([name, kind]) => own(name, kind)),
    ...Object.entries(resource.fields)
      .filter(([name]) => shown.has(name))
      .flatMap(([name, field]) => columnsOfField(name, field)),
  ];
}

function columnsOfField(name: string, field: Field): Column[] {
  const inner = parts[field.kind];
  if (!inner) return [own(name, kinds[field.kind] ?? 'text')];
  return inner.map(([part, kind]) => ({ name: `${name}.${part}`, kind, read: (row) => partOf(row[name], part) }));
}

const partOf = (value: unknown, part: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[part] : null;

/** A value as text; what is no single value is JSON. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value as a cell of a spreadsheet: numbers are numbers, and no text is a formula. */
export function cellOf({ kind, read }: Column, row: ExportedRow): Cell {
  const value = read(row);
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = textOf(value) ?? '';
  // A number is digits, whatever else it claims to be: masks are not.
  const isNumber = kind === 'decimal' && /^-?\d+(\.\d+)?$/.test(text);
  return isNumber ? text : harmless(text);
}
