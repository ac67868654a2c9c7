import { columnsOf, columnSql } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import { literal, quote } from './field-sql.js';
import { constantJson, listJson, objectJson, orNull, textJson, textOf, type Json, type Member } from './json-text.js';
import type { AggregateField, AggregateFunction, AggregateItem, Part } from './selection.js';
import type { StatementWriter } from './statement.js';

type Where = (alias: string) => string;
/** The rows counted over: a table under its alias, and the condition any alias of it must meet. */
interface Rows {
  readonly writer: StatementWriter;
  readonly resource: Resource;
  readonly alias: string;
  readonly where: Where;
}

/** Kinds a function can be taken of. Amounts in different currencies are never added up: money answers one entry a currency. */
export function aggregates(field: Field, fn: AggregateFunction): boolean {
  if (field.options.hidden) return false;
  if (field.kind === 'integer' || field.kind === 'decimal' || field.kind === 'money') return true;
  return (fn === 'min' || fn === 'max') && (field.kind === 'date' || field.kind === 'instant');
}

/** Figures over all rows of a list, whatever page of it is shown. */
export function aggregateJson(writer: StatementWriter, resource: Resource, items: readonly AggregateItem[], where: Where): Json {
  const rows: Rows = { writer, resource, alias: writer.alias(), where };
  return byCurrencyJson(rows, items) ?? [{ sql: separately(rows, items) }];
}

/** Each amount of money by a scan of its own, for every one may be in other currencies. */
function separately(rows: Rows, items: readonly AggregateItem[]): string {
  const { resource, alias, where } = rows;
  const columns = items.map((item) => {
    if (item.kind === 'constant') return `${literal(item.value)} as ${quote(item.key)}`;
    if (item.kind === 'count') return `count(*)::integer as ${quote(item.key)}`;
    const fields = item.fields.map((field) =>
      'kind' in field ? `${literal(field.value)} as ${quote(field.key)}` : `${functionSql(rows, item.fn, field)} as ${quote(field.key)}`,
    );
    return `(select row_to_json(f.*) from (select ${fields.join(', ')}) f) as ${quote(item.key)}`;
  });
  const needsRows = items.some(
    (item) =>
      item.kind === 'count' ||
      (item.kind === 'function' && item.fields.some((f) => !('kind' in f) && kindOf(resource, f.name) !== 'money')),
  );
  const from = needsRows ? ` from ${resource.table} ${alias} where ${where(alias)}` : '';
  return `(select row_to_json(g.*) from (select ${columns.join(', ')}${from}) g)`;
}

/** The one amount of money that all figures are about, if that is so. */
function onlyMoney(resource: Resource, items: readonly AggregateItem[]): (MoneyColumns & { readonly name: string }) | null {
  const names = items.flatMap((item) => (item.kind === 'function' ? item.fields : [])).flatMap((f) => ('kind' in f ? [] : [f.name]));
  const [name] = names;
  const field = name === undefined ? undefined : resource.fields[name];
  if (name === undefined || field?.kind !== 'money' || names.some((other) => other !== name)) return null;
  const [amount, currency] = columnsOf(name, field);
  return amount && currency ? { name, amount: (t) => columnSql(amount, t), currency: (t) => columnSql(currency, t) } : null;
}

/**
 * Count and figures of one amount of money in a single scan, as long as all amounts are in one currency. Where they are in several,
 * the rows are read again, grouped by currency.
 */
function byCurrencyJson(rows: Rows, items: readonly AggregateItem[]): Json | null {
  const { writer, resource, alias, where } = rows;
  const money = onlyMoney(resource, items);
  if (!money) return null;
  writer.ask(resource, money.name);
  const members = items.map((item): Member => {
    if (item.kind === 'constant') return { key: item.key, value: constantJson(item.value) };
    if (item.kind === 'count') return { key: item.key, value: [{ sql: 'count(*)' }] };
    const inner = item.fields.map((f) => ({
      key: f.key,
      value: 'kind' in f ? constantJson(f.value) : [{ sql: figuresSql(rows, money, item.fn, f) }],
    }));
    return { key: item.key, value: objectJson(inner) };
  });
  return [{ sql: `(select ${textOf(objectJson(members))} from ${resource.table} ${alias} where ${where(alias)})` }];
}

/** The columns of an amount of money, for the rows under an alias. */
interface MoneyColumns {
  readonly amount: (alias: string) => string;
  readonly currency: (alias: string) => string;
}

/** One entry a currency, over the rows aggregated under their alias. */
function figuresSql({ writer, resource, alias, where }: Rows, money: MoneyColumns, fn: AggregateFunction, field: AggregateField): string {
  // Bytes are compared, for the order of languages costs ten times as much and equal is equal.
  const bound = (end: 'min' | 'max') => `${end}(${money.currency(alias)} collate "C")`;
  const amount = money.amount(alias);
  const m = writer.alias();
  const group = writer.alias();
  const body = moneyBody(fn, field, { amount: money.amount(m), currency: money.currency(m) });
  const grouped = `select ${money.currency(m)} as currency, ${body} as body from ${resource.table} ${m} where ${where(m)} and ${money.amount(m)} is not null group by ${money.currency(m)}`;
  const only = textOf(['[', { sql: moneyBody(fn, field, { amount, currency: bound('min') }) }, ']']);
  const several = `(select ${textOf(listJson(`${group}.body`, { order: `${group}.currency` }))} from (${grouped}) ${group})`;
  return `case when count(${amount}) = 0 then '[]' when ${bound('min')} = ${bound('max')} then ${only} else ${several} end`;
}

function moneyBody(fn: AggregateFunction, { parts }: AggregateField, { amount, currency }: { amount: string; currency: string }): string {
  const figure = fn === 'avg' ? `round(avg(${amount}), 4)` : `${fn}(${amount})`;
  const wanted = parts ?? wholeMoney;
  return textOf(
    objectJson(
      wanted.map(({ key, part }) => {
        if (typeof part !== 'string') return { key, value: constantJson(part.value) };
        return { key, value: part === 'amount' ? ['"', { sql: figure }, '"'] : orNull(textJson(currency)) };
      }),
    ),
  );
}

const wholeMoney: readonly Part[] = [
  { key: 'amount', part: 'amount' },
  { key: 'currency', part: 'currency' },
];

const kindOf = (resource: Resource, name: string) => resource.fields[name]?.kind;

function functionSql({ writer, resource, alias, where }: Rows, fn: AggregateFunction, field: AggregateField): string {
  writer.ask(resource, field.name);
  const byCurrency = ({ currency, amount, picked }: CurrencyFigures) => {
    const m = writer.alias();
    return `(select coalesce(json_agg(row_to_json(c.*)), '[]'::json) from (select ${picked(m)} from ${resource.table} ${m} where ${where(m)} and ${amount(m)} is not null group by ${currency(m)} order by ${currency(m)}) c)`;
  };
  return functionColumn(resource, fn, field, { alias, byCurrency });
}

/** Figures of an amount by its currency: the columns, and what is picked of each group of rows under an alias. */
export interface CurrencyFigures {
  readonly amount: (alias: string) => string;
  readonly currency: (alias: string) => string;
  readonly picked: (alias: string) => string;
}
interface Over {
  readonly alias: string;
  readonly byCurrency: (figures: CurrencyFigures) => string;
}

/** A function over a field of the rows under `alias`. Amounts of money are never added across currencies. */
export function functionColumn(resource: Resource, fn: AggregateFunction, { name, parts }: AggregateField, over: Over): string {
  const field = resource.fields[name] as Field;
  const [column, currency] = columnsOf(name, field);
  if (!column) throw new Error(`${resource.name}.${name} has no column.`);
  if (field.kind !== 'money' || !currency) return numberSql(`${fn}(${columnSql(column, over.alias)})`, field.kind, fn);
  const wanted = parts ?? wholeMoney;
  const picked = (m: string) =>
    wanted
      .map(({ key, part }) => {
        if (typeof part !== 'string') return `${literal(part.value)} as ${quote(key)}`;
        const amount = columnSql(column, m);
        const figure = fn === 'avg' ? `round(avg(${amount}), 4)` : `${fn}(${amount})`;
        return `${part === 'amount' ? `${figure}::text` : columnSql(currency, m)} as ${quote(key)}`;
      })
      .join(', ');
  return over.byCurrency({ amount: (m) => columnSql(column, m), currency: (m) => columnSql(currency, m), picked });
}

function numberSql(expression: string, kind: Field['kind'], fn: AggregateFunction): string {
  if (kind === 'date' || kind === 'instant') return expression;
  if (kind === 'integer' && (fn === 'min' || fn === 'max')) return expression;
  return `${fn === 'avg' ? `round(${expression}, 4)` : expression}::text`;
}
