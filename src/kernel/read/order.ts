import { invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { refSql } from '../resource/columns.js';
import type { Field } from '../resource/fields.js';
import type { Kept } from '../resource/figures.js';
import { snake } from '../resource/names.js';
import { relationsOf } from '../resource/relations.js';
import { collated, isKeptOrder, sortColumn } from './order-fields.js';
import type { StatementWriter } from './statement.js';
import { entries, isAbsent, items, plain, type Val } from './values.js';

export type Direction = 'asc' | 'desc';
/** One key of an order. The last key of every order is the id, so that no two rows tie. */
export interface OrderKey {
  /** `name`, or `account.name` through a ref. */
  readonly path: string;
  readonly type: string;
  readonly direction: Direction;
  readonly nullable: boolean;
  /** Where it is a figure that is kept for every row: the index that has all of them in its order. */
  readonly kept?: Pick<Kept, 'table' | 'fieldId'>;
  /** The value in the row called `alias`. */
  sql(alias: string): string;
}

/** Refs an order may go through: `contact.account.owner.name`. */
export const deepestOrder = 2;

const tooMany = () => invalid('order.too_many_fields', 'A list is ordered by at most five fields.');
const noSuch = (resource: Resource, name: string) =>
  invalid('order.unknown_field', `${resource.typeName} cannot be ordered by "${name.slice(0, 80)}".`);

/** The full order of a list: what was asked for, then the id. */
export function orderKeys(writer: StatementWriter, resource: Resource, orderBy: Val | undefined): readonly OrderKey[] {
  const asked = isAbsent(orderBy) ? [] : items(orderBy).flatMap((item) => orderKey({ writer, resource, path: [] }, item) ?? []);
  if (asked.length > 5) throw tooMany();
  const byId = asked.findIndex((key) => key.path === 'id');
  // Behind the id nothing is left to decide.
  if (byId >= 0) return asked.slice(0, byId + 1);
  const direction = asked.at(-1)?.direction ?? 'asc';
  return [...asked, { path: 'id', type: 'uuid', direction, nullable: false, sql: (t) => `${t}.id` }];
}

/** A ref on the way to the field that orders. */
interface Step {
  readonly from: Resource;
  readonly refField: string;
  readonly target: Resource;
}
interface Place {
  readonly writer: StatementWriter;
  /** The resource a member of the order is looked for in, and how it was reached. */
  readonly resource: Resource;
  readonly path: readonly Step[];
}

/** `{ name: ASC }` or `{ account: { name: DESC } }`: one member an entry, since the members of an input have no order. */
function orderKey(place: Place, item: Val): OrderKey | null {
  const given = entries(item).filter(([, val]) => !isAbsent(val));
  const [first, second] = given;
  if (second) throw invalid('order.several_in_one', 'Each entry of `orderBy` names one field: [{name: ASC}, {createdAt: DESC}].');
  if (!first) return null;
  const [name, val] = first;
  return throughRef(place, name, val) ?? ownKey(place, name, val);
}

function throughRef(place: Place, name: string, val: Val): OrderKey | null {
  const { writer, resource, path } = place;
  const refField = relationsOf(resource).get(name);
  if (refField === undefined) return null;
  if (path.length >= deepestOrder) throw invalid('order.too_deep', `An order goes through at most ${deepestOrder} references.`);
  writer.ask(resource, refField);
  const target = writer.registry.resource(resource.fields[refField]?.target ?? '');
  return orderKey({ writer, resource: target, path: [...path, { from: resource, refField, target }] }, val);
}

function ownKey({ writer, resource, path }: Place, name: string, val: Val): OrderKey {
  const direction = directionOf(resource, name, plain(val));
  const column = sortColumn(resource, name);
  if (!column) throw noSuch(resource, name);
  writer.ask(resource, name);
  const kept = path.length === 0 ? keptOrder(resource.fields[name]) : undefined;
  return {
    ...(kept ? { kept } : {}),
    path: [...path.map(({ refField }) => refField), name].join('.'),
    type: column.type,
    direction,
    nullable: column.nullable || path.length > 0,
    sql: (alias) =>
      valueSql(writer, path, alias, (t) => collated(writer.told(resource, name, { alias: t, column: column.sql(t) }), column)),
  };
}

const keptOrder = (field: Field | undefined): Kept | undefined =>
  field && isKeptOrder(field) && field.stored?.in === 'formula' ? field.stored.kept : undefined;

function directionOf(resource: Resource, name: string, value: unknown): Direction {
  if (value === 'ASC') return 'asc';
  if (value === 'DESC') return 'desc';
  throw invalid('order.unknown_field', `${resource.typeName} cannot be ordered by "${name.slice(0, 80)}" in this way: ASC or DESC.`);
}

/** The field at the end of the path; null where a row on the way is missing or may not be seen. */
function valueSql(writer: StatementWriter, path: readonly Step[], alias: string, value: (alias: string) => string): string {
  const [step, ...further] = path;
  if (!step) return value(alias);
  const t = `${alias}_${snake(step.refField)}`;
  const inner = valueSql(writer, further, t, value);
  return `(select ${inner} from ${step.target.table} ${t} where ${writer.walls(step.target, t)} and ${t}.id = ${refSql(step.from, step.refField, alias)})`;
}

export const reversed = (keys: readonly OrderKey[]): OrderKey[] =>
  keys.map((key) => ({ ...key, direction: key.direction === 'asc' ? 'desc' : 'asc' }));

/** PostgreSQL's own defaults for nulls (last when ascending, first when descending), so that plain indexes serve. */
export const orderSql = (keys: readonly OrderKey[], alias: string) => keys.map((key) => `${key.sql(alias)} ${key.direction}`).join(', ');

/** Says which list a cursor belongs to: another order or resource cannot use it. */
export const cursorScope = (resource: Resource, keys: readonly OrderKey[]) =>
  `${resource.name} ${keys.map((k) => `${k.path} ${k.direction}`).join(',')}`;

/** The sort values of a row as the text a cursor carries. */
export const cursorPayload = (keys: readonly OrderKey[], alias: string) =>
  `array_to_json(array[${keys.map((k) => `${k.sql(alias)}::text`).join(', ')}])::text`;

/** The sort values to start after. */
export interface SortValues {
  /** The parameter of key i. */
  readonly value: (i: number) => string;
  /** Whether that key's value is null. */
  readonly isNull: (i: number) => boolean;
}

/**
 * Rows after the given sort values, as conditions no row meets two of. Each is a start in an index and a way to walk from there:
 * one condition with `or` in it would make PostgreSQL walk all earlier pages too.
 */
export function afterSql(keys: readonly OrderKey[], alias: string, from: SortValues): string[] {
  const same: string[] = [];
  const branches: string[] = [];
  for (const [i, key] of keys.entries()) {
    const value = key.sql(alias);
    const meets = (condition: string) => branches.unshift([...same, condition].join(' and '));
    if (from.isNull(i)) {
      if (key.direction === 'desc') meets(`${value} is not null`);
      same.push(`${value} is null`);
      continue;
    }
    if (key.direction === 'asc' && key.nullable) meets(`${value} is null`);
    const rest = keys.slice(i);
    if (rest.every((other, k) => other.direction === key.direction && (k === 0 || !other.nullable))) {
      meets(beyondAll(rest, i, alias, from));
      break;
    }
    meets(`${value} ${beyond(key)} ${from.value(i)}`);
    same.push(`${value} = ${from.value(i)}`);
  }
  return branches;
}

const beyond = (key: OrderKey | undefined) => (key?.direction === 'desc' ? '<' : '>');

/** Keys that run the same way compare as one. */
function beyondAll(keys: readonly OrderKey[], start: number, alias: string, from: SortValues): string {
  const values = keys.map((key) => key.sql(alias)).join(', ');
  return `(${values}) ${beyond(keys[0])} (${keys.map((_, k) => from.value(start + k)).join(', ')})`;
}
