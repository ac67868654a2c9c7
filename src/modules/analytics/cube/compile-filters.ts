import { joinSql, sql, trusted, type Sql } from '#kernel/db/sql.js';
import { firstDayFrom, lastDayUntil, type DateRange } from '../domain/date-range.js';
import type { Condition, DateOperator, NumberOperator, TextOperator } from './query.js';

/** A condition over a fact, or over a group when its members are measures. Values are parameters; all else is our own text. */
export function compileCondition(condition: Condition): Sql {
  switch (condition.kind) {
    case 'and':
      return sql`(${joinSql(condition.parts.map(compileCondition), ' and ')})`;
    case 'or':
      return sql`(${joinSql(condition.parts.map(compileCondition), ' or ')})`;
    case 'presence':
      return condition.present ? sql`(${condition.member.sql}) is not null` : sql`(${condition.member.sql}) is null`;
    case 'counted':
      return condition.member.counts ?? trusted('true');
    case 'text':
      return textCondition(condition.member.sql, condition.operator, condition.values);
    case 'number':
      return numberCondition(condition.member.sql, condition.operator, condition.values);
    case 'date':
      return dateCondition(condition.member.sql, condition.operator, condition.range);
  }
}

/** Days of a range, both ends included. */
export const withinRange = (column: Sql, [from, to]: DateRange): Sql =>
  sql`${column} between ${firstDayFrom(from)}::date and ${lastDayUntil(to)}::date`;

function textCondition(column: Sql, operator: TextOperator, values: readonly (string | null)[]): Sql {
  switch (operator) {
    case 'equals':
      return anyOf(column, values, 'text[]');
    case 'notEquals':
      return noneOf(column, values, 'text[]');
    case 'contains':
      return like(column, values, (v) => `%${v}%`);
    case 'startsWith':
      return like(column, values, (v) => `${v}%`);
    case 'endsWith':
      return like(column, values, (v) => `%${v}`);
    case 'notContains':
      return unlike(column, values, (v) => `%${v}%`);
    case 'notStartsWith':
      return unlike(column, values, (v) => `${v}%`);
    case 'notEndsWith':
      return unlike(column, values, (v) => `%${v}`);
  }
}

const comparisons: Readonly<Record<Exclude<NumberOperator, 'equals' | 'notEquals'>, Sql>> = {
  gt: trusted('>'),
  gte: trusted('>='),
  lt: trusted('<'),
  lte: trusted('<='),
};

function numberCondition(column: Sql, operator: NumberOperator, values: readonly (string | null)[]): Sql {
  if (operator === 'equals') return anyOf(column, values, 'numeric[]');
  if (operator === 'notEquals') return noneOf(column, values, 'numeric[]');
  return sql`(${column}) ${comparisons[operator]} ${values[0]}::numeric`;
}

function dateCondition(column: Sql, operator: DateOperator, range: DateRange): Sql {
  const [from, to] = range;
  switch (operator) {
    case 'equals':
    case 'inDateRange':
      return withinRange(column, range);
    case 'notEquals':
    case 'notInDateRange':
      return sql`(${column} is null or not (${withinRange(column, range)}))`;
    case 'beforeDate':
      return sql`${column} < ${firstDayFrom(from)}::date`;
    case 'beforeOrOnDate':
      return sql`${column} <= ${lastDayUntil(to)}::date`;
    case 'afterDate':
      return sql`${column} > ${lastDayUntil(to)}::date`;
    case 'afterOrOnDate':
      return sql`${column} >= ${firstDayFrom(from)}::date`;
  }
}

type ArrayType = 'text[]' | 'numeric[]';

function anyOf(column: Sql, values: readonly (string | null)[], type: ArrayType): Sql {
  const given = values.filter((v) => v !== null);
  const among = sql`(${column}) = any(${given}::${trusted(type)})`;
  return given.length === values.length ? among : sql`(${among} or (${column}) is null)`;
}

/** Empty is not equal to anything named, so it stays, unless null itself is named. */
function noneOf(column: Sql, values: readonly (string | null)[], type: ArrayType): Sql {
  const given = values.filter((v) => v !== null);
  const other = sql`(${column}) <> all(${given}::${trusted(type)})`;
  return given.length === values.length ? sql`(${other} or (${column}) is null)` : sql`(${other} and (${column}) is not null)`;
}

type Pattern = (escaped: string) => string;
const patterns = (values: readonly (string | null)[], pattern: Pattern) => values.map((v) => pattern((v ?? '').replace(/[\\%_]/g, '\\$&')));

const like = (column: Sql, values: readonly (string | null)[], pattern: Pattern): Sql =>
  sql`(${column}) ilike any(${patterns(values, pattern)}::text[])`;
const unlike = (column: Sql, values: readonly (string | null)[], pattern: Pattern): Sql =>
  sql`((${column}) not ilike all(${patterns(values, pattern)}::text[]) or (${column}) is null)`;
