import { Decimal } from 'decimal.js';
import { textOf } from '../pure/text.js';
import { instantOf } from '../pure/time.js';
import type { Field, Money } from './fields.js';
import type { Resource } from './define-resource.js';
import type { Freshness } from './figures.js';
import { snake } from './names.js';

/** A column of a field. Money, plan and address have several: `part` says which. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Key inside the field's value, for composite kinds. */
  readonly part?: string;
  /** Worked out of the other parts when they are written: shown, and no part of the value. */
  readonly derived?: true;
  /** Its value in the row under an alias, where it is no column of the table. */
  readonly sql?: (alias: string, as?: Freshness) => string;
  /** The same as text, where the row holds it as the text it is shown as. */
  readonly text?: (alias: string) => string;
  /** The same as JSON, where the row holds it as such. */
  readonly json?: (alias: string) => string;
}

/** The value of a column in the row under `alias`. The one place that knows where fields are kept. */
export const columnSql = ({ name, sql }: Pick<Column, 'name' | 'sql'>, alias: string, as?: Freshness): string =>
  sql?.(alias, as) ?? `${alias}.${name}`;

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
  const { stored } = field;
  if (!stored) return ownColumns(name, field);
  if (stored.in === 'custom') return customColumns(stored.key, field);
  const [first] = ownColumns(name, field);
  return [{ ...(first as Column), name: `calc_${snake(name)}`, notNull: false, sql: stored.sql }];
}

/** The column rows are found and ordered by: of a plan its instant, whatever the clock of the place says. */
export const comparedColumn = (columns: readonly Column[] | undefined): Column | undefined =>
  columns?.find(({ part }) => part === 'at') ?? columns?.[0];

function ownColumns(name: string, field: Field): readonly Column[] {
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
        { name: `${column}_at`, type: 'timestamp with time zone', notNull: false, part: 'at', derived: true },
        { name: `${column}_is_shifted`, type: 'boolean', notNull: false, part: 'isShifted', derived: true },
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

/** Keys are checked when they are defined; here they are quoted all the same. */
const quotedKey = (key: string) => `'${key.replaceAll("'", "''")}'`;

/** A member of the column `custom` as if it were a column. Values are kept as JSON shows them, so most need no conversion to be shown. */
function customColumns(key: string, field: Field): readonly Column[] {
  const name = quotedKey(key);
  const member = (alias: string) => `${alias}.custom->${name}`;
  if (field.kind === 'list' || field.kind === 'json') {
    const json = (alias: string) => `coalesce((${member(alias)})::text, 'null')`;
    return [{ name: 'custom', type: 'jsonb', notNull: false, sql: (alias) => `(${member(alias)})`, json }];
  }
  return ownColumns(key, field).map(({ type: columnType, part }) => {
    const type = columnType.replace(/^numeric.*/, 'numeric');
    const text = (alias: string) => (part === undefined ? `(${alias}.custom->>${name})` : `(${alias}.custom#>>array[${name}, '${part}'])`);
    const sql = type === 'text' ? text : (alias: string) => `${text(alias)}::${type}`;
    return {
      name: 'custom',
      type,
      notNull: false,
      sql,
      ...(part === undefined ? {} : { part }),
      ...(field.kind === 'instant' ? {} : { text }),
    };
  });
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

/** The column that holds what a tenant's own fields hold. */
const customColumn: Column = { name: 'custom', type: 'jsonb', notNull: true };
const tableCache = new WeakMap<Resource, readonly Column[]>();

/** The columns of a resource's table that writing a row fills. */
export function tableColumns(resource: Resource): readonly Column[] {
  const known = tableCache.get(resource);
  if (known) return known;
  const own = [...resourceColumns(resource).values()].flat().filter(({ sql }) => !sql);
  const columns = hasCustom(resource) ? [...own, customColumn] : own;
  tableCache.set(resource, columns);
  return columns;
}

export const customFields = (resource: Resource): [string, Field][] =>
  Object.entries(resource.fields).filter(([, { stored }]) => stored?.in === 'custom');
const hasCustom = (resource: Resource) => customFields(resource).length > 0;

/** Values that are worked out, as what stands behind `select`, for the row under `alias`. */
export const calculatedColumns = (resource: Resource, alias: string, as?: Freshness): string[] =>
  Object.entries(resource.fields)
    .filter(([, { stored }]) => stored?.in === 'formula')
    .flatMap(([name]) => (resourceColumns(resource).get(name) ?? []).map((column) => `${columnSql(column, alias, as)} as ${column.name}`));

/** The index that finds rows by values beside them, where the field has one. */
export function besideOf({ stored }: Field): { readonly table: string; readonly fieldId: string } | undefined {
  return stored?.in === 'formula' ? stored.kept : stored?.index;
}

/** Condition under which a row of a shared table is one of the resource's, with `and` before it; empty for a table of its own. */
export const kindCondition = ({ within }: Pick<Resource, 'within'>, alias: string): string =>
  within ? ` and ${alias}.${within.column} = ${quotedKey(within.value)}` : '';

/** The row a ref points to, as SQL. */
export function refSql({ fields }: Pick<Resource, 'fields'>, refField: string, alias: string): string {
  const [column] = columnsOf(refField, fields[refField] as Field);
  return columnSql(column ?? { name: snake(refField) }, alias);
}

/** A row that others refer to, as SQL. */
export interface Referred {
  readonly id: string;
  readonly tenant: string;
  /** How the statement writes the id of a field; in itself when left out. */
  readonly field?: (id: string) => string;
}

/**
 * Condition under which a row refers to another: by the index beside the rows, where the reference is a field of a tenant's own. For what
 * is asked of each of some rows; joins of many rows with many do better by the values themselves.
 */
export function refersSql(
  resource: Pick<Resource, 'fields'>,
  refField: string,
  alias: string,
  { id, tenant, field = quotedUuid }: Referred,
): string {
  const stored = resource.fields[refField]?.stored;
  const index = stored?.in === 'custom' ? stored.index : undefined;
  if (!index) return `${refSql(resource, refField, alias)} = ${id}`;
  const i = `${alias}i`;
  return `${alias}.id in (select ${i}.record_id from ${index.table} ${i} where ${i}.tenant_id = ${tenant} and ${i}.field_id = ${field(index.fieldId)} and ${i}.value = ${id})`;
}

const quotedUuid = (id: string) => `'${id}'::uuid`;

/** Values of a field's columns, in their order, ready to be parameters. */
export function toColumns(name: string, field: Field, value: unknown): unknown[] {
  const columns = columnsOf(name, field);
  if (value === null || value === undefined) return columns.map(() => null);
  if (columns[0]?.part === undefined) return [field.kind === 'json' ? JSON.stringify(value) : value];
  const parts = allParts(field, value);
  return columns.map((c) => parts[c.part ?? ''] ?? null);
}

/** The parts of a composite value, and what is worked out of them: the instant of a plan. */
export function allParts({ kind }: Field, value: unknown): Readonly<Record<string, unknown>> {
  const parts = value as Readonly<Record<string, unknown>>;
  return kind === 'plan' ? { ...parts, ...instantOf(textOf(parts['local']), textOf(parts['zone'])) } : parts;
}

/** A value as the column `custom` holds it: what JSON shows of it. */
export function toCustom(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (field.kind === 'decimal') return fixed(textOf(value), field.scale ?? 4);
  if (field.kind === 'money') return { ...(value as Money), amount: fixed((value as Money).amount, 4) };
  return value;
}

/** As PostgreSQL shows it: there is one zero. */
const fixed = (value: string, scale: number) => new Decimal(value).toFixed(scale).replace(/^-(?=0(\.0*)?$)/, '');

function fromCustom(field: Field, custom: unknown, key: string): unknown {
  const value = (custom as Readonly<Record<string, unknown>> | null | undefined)?.[key] ?? null;
  return field.kind === 'instant' && typeof value === 'string' ? new Date(value) : value;
}

/** The field's value from a row keyed by column names. */
export function fromColumns(name: string, field: Field, row: Readonly<Record<string, unknown>>): unknown {
  if (field.stored?.in === 'custom') return fromCustom(field, row['custom'], field.stored.key);
  const columns = columnsOf(name, field);
  const first = columns[0];
  if (first?.part === undefined) return row[first?.name ?? ''] ?? null;
  const values = columns.filter((c) => !c.derived).map((c) => [c.part, row[c.name] ?? null] as const);
  if (values.every(([, value]) => value === null)) return null;
  return Object.fromEntries(values);
}
