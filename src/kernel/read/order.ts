import { invalid } from '../errors/domain-error.js';
import { resourceColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import type { StatementWriter } from './statement.js';
import { entries, isAbsent, items, plain, type Val } from './values.js';

export type Direction = 'asc' | 'desc';
/** One key of an order. The last key of every order is the id, so that no two rows tie. */
export interface OrderKey {
  readonly column: string;
  readonly type: string;
  readonly direction: Direction;
  readonly nullable: boolean;
}

const baseKeys: Readonly<Record<string, { column: string; type: string }>> = {
  id: { column: 'id', type: 'uuid' },
  createdAt: { column: 'created_at', type: 'timestamptz' },
  updatedAt: { column: 'updated_at', type: 'timestamptz' },
};
const unordered = new Set<Field['kind']>(['json', 'longText', 'address']);

export const isOrderable = (field: Field) => !field.options.hidden && !unordered.has(field.kind);

/** The full order of a list: what was asked for, then the id. */
export function orderKeys(writer: StatementWriter, resource: Resource, orderBy: Val | undefined): readonly OrderKey[] {
  const asked = isAbsent(orderBy) ? [] : items(orderBy).map((item) => orderKey(writer, resource, item));
  if (asked.length > 5) throw invalid('order.too_many_fields', 'A list is ordered by at most five fields.');
  if (asked.some((key) => key.column === 'id')) return asked;
  return [...asked, { column: 'id', type: 'uuid', direction: asked.at(-1)?.direction ?? 'asc', nullable: false }];
}

function orderKey(writer: StatementWriter, resource: Resource, item: Val): OrderKey {
  const { field: name, direction } = Object.fromEntries(entries(item).map(([key, val]) => [key, plain(val)]));
  const wanted: Direction = direction === 'DESC' || direction === 'desc' ? 'desc' : 'asc';
  const base = named(baseKeys, name);
  if (base) return { ...base, direction: wanted, nullable: false };
  const field = named(resource.fields, name);
  const column = field && isOrderable(field) ? resourceColumns(resource).get(String(name))?.[0] : undefined;
  if (!column) throw invalid('order.unknown_field', `${resource.typeName} cannot be ordered by "${String(name).slice(0, 80)}".`);
  writer.ask(resource, String(name));
  return { column: column.name, type: column.type, direction: wanted, nullable: !column.notNull };
}

const named = <T>(map: Readonly<Record<string, T>>, name: unknown): T | undefined =>
  typeof name === 'string' && Object.hasOwn(map, name) ? map[name] : undefined;

export const reversed = (keys: readonly OrderKey[]): OrderKey[] =>
  keys.map((key) => ({ ...key, direction: key.direction === 'asc' ? 'desc' : 'asc' }));

/** PostgreSQL's own defaults for nulls (last when ascending, first when descending), so that plain indexes serve. */
export const orderSql = (keys: readonly OrderKey[], alias: string) =>
  keys.map((key) => `${alias}.${key.column} ${key.direction}`).join(', ');

/** Says which list a cursor belongs to: another order or resource cannot use it. */
export const cursorScope = (resource: Resource, keys: readonly OrderKey[]) =>
  `${resource.name} ${keys.map((k) => `${k.column} ${k.direction}`).join(',')}`;

/** The sort values of a row as the text a cursor carries. */
export const cursorPayload = (keys: readonly OrderKey[], alias: string) =>
  `array_to_json(array[${keys.map((k) => `${alias}.${k.column}::text`).join(', ')}])::text`;

/** The sort values to start after. */
export interface SortValues {
  /** The parameter of key i. */
  readonly value: (i: number) => string;
  /** Whether that key's value is null. */
  readonly isNull: (i: number) => boolean;
}

/** Rows after the given sort values. */
export function afterSql(keys: readonly OrderKey[], alias: string, from: SortValues): string {
  const sameWay = keys.every((key) => key.direction === keys[0]?.direction && !key.nullable);
  if (sameWay && keys.length > 1) {
    const columns = keys.map((key) => `${alias}.${key.column}`).join(', ');
    return `(${columns}) ${keys[0]?.direction === 'desc' ? '<' : '>'} (${keys.map((_, i) => from.value(i)).join(', ')})`;
  }
  return afterFrom(keys, 0, alias, from);
}

function afterFrom(keys: readonly OrderKey[], i: number, alias: string, from: SortValues): string {
  const key = keys[i];
  if (!key) return 'false';
  const column = `${alias}.${key.column}`;
  const further = i + 1 < keys.length ? afterFrom(keys, i + 1, alias, from) : 'false';
  if (from.isNull(i)) {
    const tie = `(${column} is null and ${further})`;
    return key.direction === 'asc' ? tie : `(${column} is not null or ${tie})`;
  }
  const beyond = `${column} ${key.direction === 'asc' ? '>' : '<'} ${from.value(i)}`;
  const nullsBeyond = key.direction === 'asc' && key.nullable ? ` or ${column} is null` : '';
  const tie = i + 1 < keys.length ? ` or (${column} = ${from.value(i)} and ${further})` : '';
  return `(${beyond}${nullsBeyond}${tie})`;
}
