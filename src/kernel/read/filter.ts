import { invalid } from '../errors/domain-error.js';
import { humanCollation, isHuman } from '../resource/collation.js';
import { besideOf, columnsOf, columnSql, refSql, type Column } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import { besideOperators } from './indexed.js';
import { relationsOf } from '../resource/relations.js';
import {
  badAt,
  decimalLeaf,
  idLeaf,
  instantLeaf,
  integerLeaf,
  leafOf,
  listOf,
  mostValues,
  placed,
  pointer,
  textLeaf,
  tooManyValues,
  type Leaf,
} from './leaves.js';
import { duringSql } from './during.js';
import { escapeLike, isSearched, searchSql } from './search.js';
import type { StatementWriter } from './statement.js';
import { entries, isAbsent, items, plain, type Val } from './values.js';

const unknown = (resource: Resource, key: string, path: string) =>
  badAt(
    invalid('filter.unknown_field', `${resource.typeName} cannot be filtered by "${key.slice(0, 80)}".`, { field: key.slice(0, 80) }),
    path,
  );

const baseLeaves: Readonly<Record<string, { column: string; leaf: Leaf }>> = {
  id: { column: 'id', leaf: idLeaf },
  version: { column: 'version', leaf: integerLeaf },
  createdAt: { column: 'created_at', leaf: instantLeaf },
  updatedAt: { column: 'updated_at', leaf: instantLeaf },
};

/** One table in the statement, and how deep in the filter it is asked about. */
interface Place {
  readonly writer: StatementWriter;
  readonly resource: Resource;
  readonly alias: string;
  readonly depth: number;
  /** JSON pointer to it, for refusals. */
  readonly path: string;
}

/** A condition over one row of `resource`, or null when the filter is empty. All members must hold. */
export const filterSql = (writer: StatementWriter, resource: Resource, alias: string, filter: Val | undefined): string | null =>
  conditionAt({ writer, resource, alias, depth: 0, path: '/filter' }, filter);

function conditionAt(place: Place, filter: Val | undefined): string | null {
  if (isAbsent(filter)) return null;
  place.writer.countCondition();
  if (place.depth > 6) throw badAt(invalid('filter.too_deep', 'A filter goes at most six levels deep.'), place.path);
  const parts = entries(filter).flatMap(([key, val]) => {
    if (isAbsent(val)) return [];
    const part = member(place, key, val);
    return part === null ? [] : [part];
  });
  return all(parts);
}

const all = (parts: readonly string[]) =>
  parts.length === 0 ? null : parts.length === 1 ? (parts[0] ?? null) : `(${parts.join(' and ')})`;

function member(place: Place, key: string, val: Val): string | null {
  const at = below(place, key);
  const inside = (i?: number): Place => ({ ...at, depth: at.depth + 1, path: i === undefined ? at.path : `${at.path}/${i}` });
  switch (key) {
    case 'and':
      return all(items(val).flatMap((v, i) => conditionAt(inside(i), v) ?? []));
    case 'or':
      return any(items(val).map((v, i) => conditionAt(inside(i), v) ?? 'true'));
    case 'not':
      return not(conditionAt(inside(), val));
    case 'search':
      if (!isSearched(at.resource)) throw unknown(at.resource, key, at.path);
      return searchSql(at, val);
    default:
      return fieldOrRelation(place, key, val);
  }
}

const below = (place: Place, ...keys: readonly string[]): Place => ({ ...place, path: [place.path, ...keys.map(pointer)].join('/') });

const any = (parts: readonly string[]) => (parts.length === 0 ? 'false' : `(${parts.join(' or ')})`);
const not = (part: string | null) => (part === null ? 'false' : `(${part}) is not true`);

function fieldOrRelation(place: Place, key: string, val: Val): string | null {
  const { writer, resource, alias } = place;
  const at = below(place, key);
  const base = Object.hasOwn(baseLeaves, key) ? baseLeaves[key] : undefined;
  if (base) return operators({ writer, leaf: base.leaf, column: `${alias}.${base.column}`, path: at.path }, val);
  const field = Object.hasOwn(resource.fields, key) ? resource.fields[key] : undefined;
  return field && !field.options.hidden ? fieldSql(at, [key, field], val) : relation(place, key, val);
}

const relation = (place: Place, key: string, val: Val) => oneOf(place, key, val) ?? someOf(place, key, val);

/** The row a ref points to; null when there is no such ref. */
function oneOf(place: Place, key: string, val: Val): string | null {
  const { writer, resource, alias } = place;
  const refField = relationsOf(resource).get(key);
  if (refField === undefined) return null;
  writer.ask(resource, refField);
  const target = writer.registry.resource(resource.fields[refField]?.target ?? '');
  return exists(below(place, key), target, (t) => `${t}.id = ${refSql(resource, refField, alias)}`, val);
}

/** The rows whose ref points here. */
function someOf(place: Place, key: string, val: Val): string | null {
  const { writer, resource, alias } = place;
  const inverse = writer.registry.inverses.get(resource.name)?.find((i) => i.name === key);
  if (!inverse) throw unknown(resource, key, below(place, key).path);
  writer.ask(inverse.from, inverse.refField);
  const parts = entries(val).flatMap(([quantifier, inner]) => {
    if (isAbsent(inner)) return [];
    const inside = below(place, key, quantifier);
    const join = (t: string) => `${refSql(inverse.from, inverse.refField, t)} = ${alias}.id`;
    if (quantifier === 'some') return [exists(inside, inverse.from, join, inner)];
    if (quantifier === 'none') return [`not ${exists(inside, inverse.from, join, inner)}`];
    if (quantifier === 'every')
      return [`not ${exists(inside, inverse.from, join, { from: 'object', entries: new Map([['not', inner]]) })}`];
    throw unknown(resource, `${key}.${quantifier}`, inside.path);
  });
  return all(parts);
}

function exists({ writer, depth, path }: Place, target: Resource, join: (alias: string) => string, filter: Val): string {
  const t = writer.alias();
  const condition = conditionAt({ writer, resource: target, alias: t, depth: depth + 1, path }, filter);
  return `exists (select from ${target.table} ${t} where ${writer.walls(target, t)} and ${join(t)}${condition ? ` and ${condition}` : ''})`;
}

function fieldSql({ writer, resource, alias, path }: Place, [name, field]: readonly [string, Field], val: Val): string | null {
  writer.ask(resource, name);
  const columns = columnsOf(name, field);
  const leaf = leafOf(field);
  const [first] = columns;
  const column = first ? writer.told(resource, name, { alias, column: columnSql(first, alias) }) : '';
  const index = besideOf(field);
  if (leaf && index && !writer.isTold(resource, name)) return besideSql({ writer, leaf, column, path }, val, { alias, index });
  if (leaf) {
    const inOrder = isHuman(field) ? `${column} ${humanCollation}` : column;
    const compared = { writer, leaf, column, inOrder, equal: field.options.index === true ? inOrder : column, path };
    return valueSql(compared, val, { alias, columns });
  }
  const parts = entries(val).flatMap(([key, inner]) => {
    if (key === 'isNull') return [nullCheck(column, inner, `${path}/isNull`)];
    const part = columns.find((c) => c.part === key);
    if (!part || isAbsent(inner))
      throw badAt(invalid('filter.unknown_field', `${name} cannot be filtered by "${key.slice(0, 80)}".`), `${path}/${pointer(key)}`);
    const compared = { writer, leaf: key === 'amount' ? decimalLeaf : textLeaf, column: columnSql(part, alias), path: `${path}/${key}` };
    return operators(compared, inner) ?? [];
  });
  return all(parts);
}

interface Where {
  readonly alias: string;
  readonly columns: readonly Column[];
}

/** A value is compared as it is; a plan on the clock of its place, and `at` on the instant that is. */
function valueSql(compared: Compared, val: Val, { alias, columns }: Where): string | null {
  const instant = columns.find(({ part }) => part === 'at');
  if (!instant) return operators(compared, val);
  const onInstant = { writer: compared.writer, leaf: instantLeaf, column: columnSql(instant, alias), path: `${compared.path}/at` };
  const parts = entries(val).flatMap(([operator, inner]) => {
    if (operator !== 'at') return [operatorSql(compared, operator, inner)];
    return isAbsent(inner) ? [] : (operators(onInstant, inner) ?? []);
  });
  return all(parts);
}

interface Beside {
  readonly alias: string;
  readonly index: NonNullable<ReturnType<typeof besideOf>>;
}

/** Rows found by the index beside them, where that serves the operator; the others are judged by what they hold. */
function besideSql(compared: Compared, val: Val, { alias, index }: Beside): string | null {
  const { writer } = compared;
  const served = (operator: string, inner: Val) => besideOperators.includes(operator) && !isAbsent(inner);
  const parts = entries(val).map(([operator, inner]) => {
    if (!served(operator, inner)) return operatorSql(compared, operator, inner);
    const i = writer.alias();
    const condition = operatorSql({ ...compared, column: `${i}.value` }, operator, inner);
    return `${alias}.id in (select ${i}.record_id from ${index.table} ${i} where ${i}.tenant_id = ${writer.tenant} and ${i}.field_id = ${writer.constant(index.fieldId, 'uuid')} and ${condition})`;
  });
  return all(parts);
}

const comparisons: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };
const patterns: Readonly<Record<string, (text: string) => string>> = {
  contains: (text) => `%${text}%`,
  startsWith: (text) => `${text}%`,
  endsWith: (text) => `%${text}`,
};

/** What is compared: one column, by the rules of its kind. */
interface Compared {
  readonly writer: StatementWriter;
  readonly column: string;
  readonly leaf: Leaf;
  readonly path: string;
  /** The column as it is ordered, where that is not by its bytes. */
  readonly inOrder?: string;
  /** The column as the tree that orders it has it, which finds equal values quicker than trigrams do. */
  readonly equal?: string;
}

/** Every operator of one value; all must hold. */
function operators(compared: Compared, val: Val): string | null {
  return all(entries(val).map(([operator, inner]) => operatorSql(compared, operator, inner)));
}

const treed = ({ equal, column }: Compared): string => equal ?? column;

function operatorSql(compared: Compared, operator: string, val: Val): string {
  const { writer, column } = compared;
  const path = `${compared.path}/${pointer(operator)}`;
  const leaf = placed(compared.leaf, path);
  if (operator === 'isNull') return nullCheck(column, val, path);
  if (isAbsent(val)) return againstNull(column, operator, path);
  const operand = () => writer.leaf(val, leaf.cast, leaf.convert);
  switch (operator) {
    case 'eq':
      return `${treed(compared)} = ${operand()}`;
    case 'ne':
      return `${column} is distinct from ${operand()}`;
    case 'in':
      return `${treed(compared)} = any(${list(compared, path, val)})`;
    case 'notIn':
      return `(${column} = any(${list(compared, path, val)})) is not true`;
  }
  if (Object.hasOwn(comparisons, operator)) return `${compared.inOrder ?? column} ${comparisons[operator] ?? '='} ${operand()}`;
  return matches(compared, operator, val);
}

function againstNull(column: string, operator: string, path: string): string {
  if (operator === 'eq') return `${column} is null`;
  if (operator === 'ne') return `${column} is not null`;
  throw badAt(invalid('filter.null_value', `null cannot be compared with "${operator.slice(0, 40)}"; use isNull.`), path);
}

function matches(compared: Compared, operator: string, val: Val): string {
  const { writer, column, leaf, path } = compared;
  const pattern = Object.hasOwn(patterns, operator) ? patterns[operator] : undefined;
  const at = `${path}/${pointer(operator)}`;
  if (operator === 'during') return duringSql(compared, at, val);
  if (!pattern || leaf !== textLeaf)
    throw badAt(invalid('filter.unknown_operator', `"${operator.slice(0, 40)}" is no operator for this field.`), at);
  const { convert } = placed(textLeaf, at);
  return `${column} ilike ${writer.leaf(val, 'text', (v) => pattern(escapeLike(String(convert(v)))))}`;
}

function list({ writer, leaf: bare }: Compared, path: string, val: Val): string {
  const [leaf, many] = [placed(bare, path), placed(listOf(bare), path)];
  if (val.from !== 'list') return writer.leaf(val, many.cast, many.convert);
  if (val.items.length > mostValues) throw badAt(tooManyValues(), path);
  if (val.items.every((item) => item.from === 'constant')) return writer.constant(many.convert(val.items.map(plain)), many.cast);
  return `array[${val.items.map((item) => writer.leaf(item, leaf.cast, leaf.convert)).join(', ')}]::${many.cast}`;
}

function nullCheck(column: string, val: Val, path: string): string {
  const wanted = plain(val);
  if (typeof wanted !== 'boolean') throw badAt(invalid('filter.bad_value', 'isNull takes true or false.'), path);
  return wanted ? `${column} is null` : `${column} is not null`;
}
