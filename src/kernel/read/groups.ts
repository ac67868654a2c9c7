import { invalid } from '../errors/domain-error.js';
import { calendarYear, fiscalStarts, type FiscalUnit } from '../pure/fiscal.js';
import { columnSql, resourceColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import { functionColumn, type CurrencyFigures } from './aggregate.js';
import { literal, quote } from './field-sql.js';
import { defaultPage, pageSize } from './page.js';
import type { AggregateField, AggregateFunction, Constant, GroupItem, GroupsSelection } from './selection.js';
import type { StatementWriter } from './statement.js';
import { entries, isAbsent, items, plain, type Val } from './values.js';

const fiscalUnits: Readonly<Record<string, FiscalUnit>> = { FISCAL_PERIOD: 'period', FISCAL_QUARTER: 'quarter', FISCAL_YEAR: 'year' };

/** Spans of time that days and instants are grouped by; those of instants are cut in UTC, fiscal ones as the company of the reader has them. */
export const buckets = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR', 'FISCAL_PERIOD', 'FISCAL_QUARTER', 'FISCAL_YEAR'] as const;
const mostKeys = 3;
const instants: Readonly<Record<string, string>> = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Fields with values that many rows share. */
export const isGroupable = ({ kind, options }: Field): boolean =>
  !options.hidden &&
  (['choice', 'boolean', 'ref', 'date', 'instant'].includes(kind) || (kind === 'text' && options.index === true && !options.unique));

/** The list whose rows are grouped, and the groups asked for. */
interface Grouped {
  readonly resource: Resource;
  readonly groups: GroupsSelection;
  /** How many times the groups may be written: once a parent row. */
  readonly rows: number;
  readonly where: (alias: string) => string;
}

/** Figures by group, the largest groups first. */
export function groupsSql(writer: StatementWriter, { resource, groups, rows, where }: Grouped): string {
  const { by, first } = groups;
  const limit = isAbsent(first) ? String(defaultPage) : writer.leaf(first, 'integer', pageSize);
  writer.cost += rows * (isAbsent(first) ? defaultPage : pageSize(plain(first)));
  const [t, b] = [writer.alias(), writer.alias()];
  const keys = keysOf(by).map((key) => keySql(writer, resource, t, key));
  const sets = [
    `${b} as (select ${t}.*, json_build_array(${keys.join(', ')})::text as group_key from ${resource.table} ${t} where ${where(t)})`,
  ];
  const place: Place = { writer, resource, base: b, sets };
  const columns = groups.items.map((item) => `${itemSql(place, item)} as ${quote(item.key)}`);
  const rowsSql = `select ${columns.join(', ')} from ${b} group by ${b}.group_key order by count(*) desc, ${b}.group_key collate "C" limit ${limit}`;
  return `(with ${sets.join(', ')} select coalesce(json_agg(row_to_json(g.*)), '[]'::json) from (${rowsSql}) g)`;
}

interface Place {
  readonly writer: StatementWriter;
  readonly resource: Resource;
  /** The rows with their group's key. */
  readonly base: string;
  /** Sets of rows worked out once for all groups. */
  readonly sets: string[];
}

function itemSql(place: Place, item: GroupItem): string {
  switch (item.kind) {
    case 'constant':
      return literal(item.value);
    case 'keys':
      return `${place.base}.group_key::json`;
    case 'count':
      return 'count(*)::integer';
    case 'function':
      return `(select row_to_json(f.*) from (select ${item.fields.map((field) => `${fieldSql(place, item.fn, field)} as ${quote(field.key)}`).join(', ')}) f)`;
  }
}

function fieldSql({ writer, resource, base, sets }: Place, fn: AggregateFunction, field: AggregateField | Constant): string {
  if ('kind' in field) return literal(field.value);
  writer.ask(resource, field.name);
  return functionColumn(resource, fn, field, { alias: base, byCurrency: (figures) => byCurrency(writer, base, sets, figures) });
}

/** Money is added up by currency: one set of figures for all groups, of which each group takes its own. */
function byCurrency(writer: StatementWriter, base: string, sets: string[], { currency, amount, picked }: CurrencyFigures): string {
  const [s, m] = [writer.alias(), writer.alias()];
  sets.push(
    `${s} as (select ${m}.group_key, ${currency(m)} as currency, (select row_to_json(c.*) from (select ${picked(m)}) c) as figure from ${base} ${m} where ${amount(m)} is not null group by ${m}.group_key, ${currency(m)})`,
  );
  return `(select coalesce(json_agg(${s}.figure order by ${s}.currency), '[]'::json) from ${s} where ${s}.group_key = ${base}.group_key)`;
}

interface GroupKey {
  readonly field: string;
  readonly bucket: string | null;
}

function keysOf(by: Val): GroupKey[] {
  const keys = items(by).map((item) => {
    const { field, bucket } = Object.fromEntries(entries(item).map(([key, val]) => [key, plain(val)]));
    return { field: String(field), bucket: typeof bucket === 'string' ? bucket : null };
  });
  if (keys.length === 0 || keys.length > mostKeys) throw invalid('group.field_count', `Rows are grouped by one to ${mostKeys} fields.`);
  return keys;
}

function keySql(writer: StatementWriter, resource: Resource, alias: string, { field: name, bucket }: GroupKey): string {
  const { sql, kind } = groupColumn(resource, name);
  const column = sql(alias);
  if (Object.hasOwn(resource.fields, name)) writer.ask(resource, name);
  if (kind === 'date') return bucketSql(writer, column, bucket);
  if (kind === 'instant') return bucketSql(writer, `${column} at time zone 'UTC'`, bucket);
  if (bucket !== null)
    throw invalid('group.not_a_time', `${resource.typeName}.${name} is no day and no instant: it is in no span of time.`);
  return `${column}::text`;
}

function groupColumn(resource: Resource, name: string): { readonly sql: (alias: string) => string; readonly kind: Field['kind'] } {
  const instant = Object.hasOwn(instants, name) ? instants[name] : undefined;
  if (instant) return { sql: (alias) => `${alias}.${instant}`, kind: 'instant' };
  const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
  const column = resourceColumns(resource).get(name)?.[0];
  if (field && column && isGroupable(field)) return { sql: (alias) => columnSql(column, alias), kind: field.kind };
  throw invalid('group.unknown_field', `${resource.typeName} cannot be grouped by "${name.slice(0, 80)}".`);
}

function bucketSql(writer: StatementWriter, column: string, bucket: string | null): string {
  const fiscal = bucket !== null && Object.hasOwn(fiscalUnits, bucket) ? fiscalUnits[bucket] : undefined;
  if (fiscal) return fiscalSql(writer, column, fiscal);
  const unit = buckets.find((known) => known === bucket) ?? 'DAY';
  return `to_char(date_trunc(${literal(unit.toLowerCase())}, ${column}), 'YYYY-MM-DD')`;
}

/** The first day of the fiscal span a day lies in: one of those the company's calendar has. */
function fiscalSql(writer: StatementWriter, column: string, unit: FiscalUnit): string {
  const starts = writer.cursorLeaf({ from: 'constant', value: unit }, 'date[]', (_, { actor }) =>
    fiscalStarts(actor.fiscal ?? calendarYear, unit),
  );
  return `to_char((${starts})[width_bucket((${column})::date, ${starts})], 'YYYY-MM-DD')`;
}
