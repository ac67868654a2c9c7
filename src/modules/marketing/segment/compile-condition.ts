import { joinSql, sql, trusted, type Sql } from '#kernel/db/sql.js';
import {
  CAPITALS,
  SMALL,
  traits,
  type Condition,
  type ConditionValue,
  type LastPerformedCondition,
  type Operator,
  type PerformedCondition,
  type PropertyTest,
  type Scalar,
  type TraitCondition,
  type TraitPath,
} from '../domain/condition.js';
import { folded, momentOf, span } from '../domain/evaluate-condition.js';
import { before } from '../domain/times.js';

/** Where each field lives in `people`. A path that is not here cannot be asked about. */
const columns: Readonly<Record<TraitPath, Sql>> = {
  'contact.salutation': trusted('c.salutation'),
  'contact.firstName': trusted('c.first_name'),
  'contact.lastName': trusted('c.last_name'),
  'contact.jobTitle': trusted('c.job_title'),
  'contact.email': trusted('c.email'),
  'contact.language': trusted('c.language'),
  'contact.timeZone': trusted('c.time_zone'),
  'contact.city': trusted('c.city'),
  'contact.region': trusted('c.region'),
  'contact.country': trusted('c.country'),
  'contact.doNotCall': trusted('c.do_not_call'),
  'contact.createdAt': trusted('c.created_at'),
  'account.name': trusted('a.name'),
  'account.sector': trusted('a.sector'),
  'account.employees': trusted('a.employees'),
  'account.foundedYear': trusted('a.founded_year'),
  'account.city': trusted('a.city'),
  'account.country': trusted('a.country'),
};

/** The people conditions are asked about, and under which names. */
export const people = trusted(
  'customers_pub.contacts c left join customers_pub.accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id',
);

/** The condition as a boolean expression over `people`: the second reading of what `holds` evaluates. */
export function compileCondition(condition: Condition, now: Date): Sql {
  switch (condition.kind) {
    case 'and':
      return sql`(${joinSql(
        condition.of.map((part) => compileCondition(part, now)),
        ' and ',
      )})`;
    case 'or':
      return sql`(${joinSql(
        condition.of.map((part) => compileCondition(part, now)),
        ' or ',
      )})`;
    case 'not':
      return sql`not ${compileCondition(condition.of, now)}`;
    case 'trait':
      return trait(condition, now);
    case 'performed':
      return performed(condition, now);
    case 'last_performed':
      return lastPerformed(condition, now);
  }
}

function trait({ path, op, value, ifMissing }: TraitCondition, now: Date): Sql {
  const column = columns[path];
  if (op === 'is_set') return sql`${column} is not null`;
  if (op === 'is_missing') return sql`${column} is null`;
  const type = traits[path];
  const test =
    type === 'instant'
      ? sql`${column} ${trusted(comparison[op] ?? '=')} ${momentOf(value, now)}::timestamptz`
      : compare(typed(column, type), op, value);
  return sql`coalesce(${test}, ${trusted(ifMissing ? 'true' : 'false')})`;
}

const typed = (column: Sql, type: 'text' | 'number' | 'boolean') => (type === 'number' ? sql`${column}::numeric` : column);

function performed({ event, where, window, count }: PerformedCondition, now: Date): Sql {
  const { from, to } = span(window, now);
  const parts = [done(event, where)];
  if (from) parts.push(sql`e.occurred_at >= ${from}::timestamptz`);
  if (to) parts.push(sql`e.occurred_at < ${to}::timestamptz`);
  const condition = joinSql(parts, ' and ');
  const { op, value } = count ?? { op: 'gte', value: 1 };
  if (op === 'gte' && value === 1) return sql`exists (select from marketing.events e where ${condition})`;
  return sql`(select count(*) from marketing.events e where ${condition}) ${trusted(comparison[op] ?? '=')} ${value}::bigint`;
}

function lastPerformed({ event, where, op, ago }: LastPerformedCondition, now: Date): Sql {
  const ever = done(event, where);
  const recent = sql`exists (select from marketing.events e where ${ever} and e.occurred_at >= ${before(now, ago)}::timestamptz)`;
  return op === 'within' ? recent : sql`(exists (select from marketing.events e where ${ever}) and not ${recent})`;
}

const done = (event: string, where: readonly PropertyTest[] | undefined): Sql =>
  joinSql([sql`e.tenant_id = c.tenant_id and e.contact_id = c.id and e.type = ${event}`, ...(where ?? []).map(property)], ' and ');

const jsonTypes: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'boolean' };

function property({ property: path, op, value }: PropertyTest): Sql {
  // `-> text` enters objects only, as the reading in memory does.
  const at = sql`(e.properties -> ${joinSql(
    path.split('.').map((key) => sql`${key}::text`),
    ' -> ',
  )})`;
  if (op === 'is_set') return sql`coalesce(jsonb_typeof(${at}), 'null') <> 'null'`;
  if (op === 'is_missing') return sql`coalesce(jsonb_typeof(${at}), 'null') = 'null'`;
  const sample = Array.isArray(value) ? (value as readonly Scalar[])[0] : value;
  const type = jsonTypes[typeof sample] ?? 'string';
  const text = sql`(${at} #>> '{}')`;
  const actual = type === 'number' ? sql`${text}::numeric` : type === 'boolean' ? sql`${text}::boolean` : text;
  return sql`case when jsonb_typeof(${at}) = ${type}::text then ${compare(actual, op, value)} else false end`;
}

const comparison: Readonly<Partial<Record<Operator, string>>> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' };

function compare(actual: Sql, op: Operator, value: ConditionValue | undefined): Sql {
  if (op === 'in') return sql`${actual} in (${joinSql((value as readonly Scalar[]).map(parameter), ', ')})`;
  if (op === 'contains') return sql`strpos(${small(actual)}, ${foldedText(value)}::text) > 0`;
  if (op === 'starts_with') return sql`starts_with(${small(actual)}, ${foldedText(value)}::text)`;
  return sql`${actual} ${trusted(comparison[op] ?? '=')} ${parameter(value as Scalar)}`;
}

const foldedText = (value: ConditionValue | undefined) => folded(typeof value === 'string' ? value : '');
const small = (actual: Sql) => sql`translate(${actual}, ${CAPITALS}::text, ${SMALL}::text)`;

const parameter = (value: Scalar): Sql =>
  typeof value === 'number' ? sql`${String(value)}::numeric` : typeof value === 'boolean' ? sql`${value}::boolean` : sql`${value}::text`;
