import type { Field } from './fields.js';
import type { Resource } from './define-resource.js';
import { snake } from './names.js';

/** A column of a field. Money, plan and address have several: `part` says which. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Key inside the field's value, for composite kinds. */
  readonly part?: string;
}

const scalarTypes: Partial<Record<Field['kind'], string>> = {
  text: 'text',
  longText: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  choice: 'text',
  boolean: 'boolean',
  integer: 'integer',
  date: 'date',
  instant: 'timestamp with time zone',
  ref: 'uuid',
  json: 'jsonb',
};

export const moneyType = 'numeric(19,4)';
const addressParts = ['street', 'postalCode', 'city', 'region', 'country'] as const;

const fieldColumns = new WeakMap<Field, Map<string, readonly Column[]>>();

/** The columns a field is kept in. Asked for each value of each row, hence worked out once. */
export function columnsOf(name: string, field: Field): readonly Column[] {
  const byName = fieldColumns.get(field) ?? new Map<string, readonly Column[]>();
  fieldColumns.set(field, byName);
  const columns = byName.get(name) ?? makeColumns(name, field);
  byName.set(name, columns);
  return columns;
}

function makeColumns(name: string, field: Field): readonly Column[] {
  const column = snake(name);
  const notNull = field.options.required === true;
  switch (field.kind) {
    case 'money':
      return [
        { name: column, type: moneyType, notNull, part: 'amount' },
        { name: `${column}_currency`, type: 'text', notNull, part: 'currency' },
      ];
    case 'plan':
      return [
        { name: `${column}_local`, type: 'timestamp without time zone', notNull, part: 'local' },
        { name: `${column}_zone`, type: 'text', notNull, part: 'zone' },
      ];
    case 'address':
      return addressParts.map((part) => ({ name: `${column}_${snake(part)}`, type: 'text', notNull: false, part }));
    case 'decimal':
      return [{ name: column, type: `numeric(19,${field.scale ?? 4})`, notNull }];
    default: {
      const type = scalarTypes[field.kind];
      if (!type) throw new Error(`A ${field.kind} cannot be a column (${name}).`);
      return [{ name: column, type, notNull }];
    }
  }
}

const columnCache = new WeakMap<Resource, ReadonlyMap<string, readonly Column[]>>();

/** All own columns of a resource by field name, in order. */
export function resourceColumns(resource: Resource): ReadonlyMap<string, readonly Column[]> {
  const known = columnCache.get(resource);
  if (known) return known;
  const map = new Map(Object.entries(resource.fields).map(([name, field]) => [name, columnsOf(name, field)] as const));
  columnCache.set(resource, map);
  return map;
}

/** Values of a field's columns, in their order, ready to be parameters. */
export function toColumns(name: string, field: Field, value: unknown): unknown[] {
  const columns = columnsOf(name, field);
  if (value === null || value === undefined) return columns.map(() => null);
  if (columns[0]?.part === undefined) return [field.kind === 'json' ? JSON.stringify(value) : value];
  const parts = value as Readonly<Record<string, unknown>>;
  return columns.map((c) => parts[c.part ?? ''] ?? null);
}

/** The field's value from a row keyed by column names. */
export function fromColumns(name: string, field: Field, row: Readonly<Record<string, unknown>>): unknown {
  const columns = columnsOf(name, field);
  const first = columns[0];
  if (first?.part === undefined) return row[first?.name ?? ''] ?? null;
  const values = columns.map((c) => [c.part, row[c.name] ?? null] as const);
  if (values.every(([, value]) => value === null)) return null;
  return Object.fromEntries(values);
}
