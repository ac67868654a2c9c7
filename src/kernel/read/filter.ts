import { invalid } from '../errors/domain-error.js';
import { columnsOf, resourceColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field, Fields } from '../resource/fields.js';
import { snake } from '../resource/names.js';
import { decimalLeaf, idLeaf, instantLeaf, integerLeaf, leafOf, listOf, textLeaf, type Leaf } from './leaves.js';
import type { StatementWriter } from './statement.js';
import { entries, isAbsent, items, plain, type Val } from './values.js';

const unknown = (resource: Resource, key: string) =>
  invalid('filter.unknown_field', `${resource.typeName} cannot be filtered by "${key.slice(0, 80)}".`, { field: key.slice(0, 80) });

const baseLeaves: Readonly<Record<string, { column: string; leaf: Leaf }>> = {
  id: { column: 'id', leaf: idLeaf },
  version: { column: 'version', leaf: integerLeaf },
  createdAt: { column: 'created_at', leaf: instantLeaf },
  updatedAt: { column: 'updated_at', leaf: instantLeaf },
};

/** A condition over one row of `resource`, or null when the filter is empty. All members must hold. */
export function filterSql(writer: StatementWriter, resource: Resource, alias: string, filter: Val | undefined, depth = 0): string | null {
  if (isAbsent(filter)) return null;
  if (depth > 6) throw invalid('filter.too_deep', 'A filter goes at most six levels deep.');
  const parts = entries(filter).flatMap(([key, val]) => {
    if (isAbsent(val)) return [];
    const part = member(writer, resource, alias, key, val, depth);
    return part === null ? [] : [part];
  });
  return all(parts);
}

const all = (parts: readonly string[]) =>
  parts.length === 0 ? null : parts.length === 1 ? (parts[0] ?? null) : `(${parts.join(' and ')})`;

function member(writer: StatementWriter, resource: Resource, alias: string, key: string, val: Val, depth: number): string | null {
  switch (key) {
    case 'and':
      return all(items(val).flatMap((v) => filterSql(writer, resource, alias, v, depth + 1) ?? []));
    case 'or':
      return any(items(val).map((v) => filterSql(writer, resource, alias, v, depth + 1) ?? 'true'));
    case 'not':
      return not(filterSql(writer, resource, alias, val, depth + 1));
    case 'search':
      return search(writer, resource, alias, val);
    default:
      return fieldOrRelation(writer, resource, alias, key, val, depth);
  }
}

const any = (parts: readonly string[]) => (parts.length === 0 ? 'false' : `(${parts.join(' or ')})`);
const not = (part: string | null) => (part === null ? 'false' : `(${part}) is not true`);

function fieldOrRelation(writer: StatementWriter, resource: Resource, alias: string, key: string, val: Val, depth: number): string | null {
  const base = baseLeaves[key];
  if (base && Object.hasOwn(baseLeaves, key)) return operators(writer, `${alias}.${base.column}`, base.leaf, val);
  const fields = resource.fields as Fields;
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (field && !field.options.hidden) return fieldSql(writer, alias, key, field, val);
  const refField = fields[`${key}Id`];
  if (refField?.kind === 'ref' && !refField.options.hidden) {
    const target = writer.registry.resource(refField.target ?? '');
    return exists(writer, target, (t) => `${t}.id = ${alias}.${snake(`${key}Id`)}`, val, depth);
  }
  const inverse = writer.registry.inverses.get(resource.name)?.find((i) => i.name === key);
  if (!inverse) throw unknown(resource, key);
  const parts = entries(val).flatMap(([quantifier, inner]) => {
    const found = exists(writer, inverse.from, (t) => `${t}.${snake(inverse.refField)} = ${alias}.id`, inner, depth);
    if (quantifier === 'some') return [found];
    if (quantifier === 'none') return [`not ${found}`];
    throw unknown(resource, `${key}.${quantifier}`);
  });
  return all(parts);
}

function exists(writer: StatementWriter, target: Resource, join: (alias: string) => string, filter: Val, depth: number): string {
  const t = writer.alias();
  const condition = filterSql(writer, target, t, filter, depth + 1);
  return `exists (select from ${target.table} ${t} where ${writer.walls(target, t)} and ${join(t)}${condition ? ` and ${condition}` : ''})`;
}

function fieldSql(writer: StatementWriter, alias: string, name: string, field: Field, val: Val): string | null {
  const columns = columnsOf(name, field);
  const leaf = leafOf(field);
  if (leaf) return operators(writer, `${alias}.${columns[0]?.name ?? ''}`, leaf, val);
  const parts = entries(val).flatMap(([key, inner]) => {
    if (key === 'isNull') return [nullCheck(`${alias}.${columns[0]?.name ?? ''}`, inner)];
    const column = columns.find((c) => c.part === key);
    if (!column || isAbsent(inner)) throw invalid('filter.unknown_field', `${name} cannot be filtered by "${key.slice(0, 80)}".`);
    const part = operators(writer, `${alias}.${column.name}`, key === 'amount' ? decimalLeaf : textLeaf, inner);
    return part === null ? [] : [part];
  });
  return all(parts);
}

const comparisons: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };
const patterns: Readonly<Record<string, (text: string) => string>> = {
  contains: (text) => `%${text}%`,
  startsWith: (text) => `${text}%`,
  endsWith: (text) => `%${text}`,
};

/** Every operator of one value; all must hold. */
function operators(writer: StatementWriter, column: string, leaf: Leaf, val: Val): string | null {
  return all(entries(val).map(([operator, inner]) => operatorSql(writer, column, leaf, operator, inner)));
}

function operatorSql(writer: StatementWriter, column: string, leaf: Leaf, operator: string, val: Val): string {
  if (operator === 'isNull') return nullCheck(column, val);
  if (isAbsent(val)) {
    if (operator === 'eq') return `${column} is null`;
    if (operator === 'ne') return `${column} is not null`;
    throw invalid('filter.null_value', `null cannot be compared with "${operator}"; use isNull.`);
  }
  if (operator === 'eq') return `${column} = ${writer.leaf(val, leaf.cast, leaf.convert)}`;
  if (operator === 'ne') return `${column} is distinct from ${writer.leaf(val, leaf.cast, leaf.convert)}`;
  if (operator === 'in') return `${column} = any(${list(writer, leaf, val)})`;
  if (operator === 'notIn') return `(${column} = any(${list(writer, leaf, val)})) is not true`;
  if (Object.hasOwn(comparisons, operator)) return `${column} ${comparisons[operator] ?? '='} ${writer.leaf(val, leaf.cast, leaf.convert)}`;
  const pattern = Object.hasOwn(patterns, operator) ? patterns[operator] : undefined;
  if (pattern && leaf === textLeaf)
    return `${column} ilike ${writer.leaf(val, 'text', (v) => pattern(escapeLike(String(textLeaf.convert(v)))))}`;
  throw invalid('filter.unknown_operator', `"${operator.slice(0, 40)}" is no operator for this field.`);
}

function list(writer: StatementWriter, leaf: Leaf, val: Val): string {
  const many = listOf(leaf);
  if (val.from !== 'list') return writer.leaf(val, many.cast, many.convert);
  if (val.items.length > 500) throw invalid('filter.too_many_values', 'A list in a filter holds at most 500 values.');
  if (val.items.every((item) => item.from === 'constant')) return writer.constant(many.convert(val.items.map(plain)), many.cast);
  return `array[${val.items.map((item) => writer.leaf(item, leaf.cast, leaf.convert)).join(', ')}]::${many.cast}`;
}

function nullCheck(column: string, val: Val): string {
  const wanted = plain(val);
  if (typeof wanted !== 'boolean') throw invalid('filter.bad_value', 'isNull takes true or false.');
  return wanted ? `${column} is null` : `${column} is not null`;
}

function search(writer: StatementWriter, resource: Resource, alias: string, val: Val): string {
  const columns = Object.entries(resource.fields as Fields)
    .filter(([, field]) => field.options.search && !field.options.hidden)
    .flatMap(([name]) => resourceColumns(resource).get(name)?.[0]?.name ?? []);
  if (columns.length === 0) throw unknown(resource, 'search');
  const pattern = writer.leaf(val, 'text', (v) => `%${escapeLike(String(textLeaf.convert(v)))}%`);
  return any(columns.map((column) => `${alias}.${column} ilike ${pattern}`));
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&');
