import { kindCondition, refersSql } from '#kernel/resource/columns.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import type { Freshness, Source, Step } from '#kernel/resource/figures.js';
import { checkTypes } from '../domain/formula/check-types.js';
import { callsIn, fieldsIn, FormulaError, type FormulaType, type Typed } from '../domain/formula/formula.js';
import { formulaSql } from '../domain/formula/formula-sql.js';
import { parseFormula } from '../domain/formula/parse-formula.js';
import type { FieldDefinition, Rollup } from '../field/field-definition.resource.js';
import { behind, distinctSources } from './figures-of.js';
import { findPath, type Lookup } from './formula-paths.js';

/** Where a formula stands: on records of a resource, among the definitions of a company. */
export interface FormulaPlace {
  readonly lookup: Lookup;
  readonly resource: Resource;
  readonly timeZone: string;
}

/** A formula ready for use on rows of its resource. */
export interface Calculation {
  /** `number`, `text`, …; `count` for whole numbers. */
  readonly resultType: string;
  /** The fields it depends on, `opportunity.amount`. */
  readonly names: readonly string[];
  readonly sql: (alias: string, as?: Freshness) => string;
  readonly sources: () => readonly Source[];
  /** Whether it moves by itself: with the day, or with where the company is. */
  readonly isMoving: () => boolean;
}

export function understand(source: string, { lookup, resource }: FormulaPlace, wanted: FormulaType = 'any'): Typed {
  const typed = checkTypes(parseFormula(source), (path) => findPath(lookup, resource, path)?.type ?? null);
  if (wanted !== 'any' && typed.type !== wanted && typed.type !== 'any')
    throw new FormulaError(`The formula has to come to a ${wanted}; it comes to a ${typed.type}.`, 0);
  return typed;
}

const namesOf = (typed: Typed, { lookup, resource }: FormulaPlace) =>
  fieldsIn(typed).flatMap((path) => findPath(lookup, resource, path.split('.'))?.names ?? []);

const sqlOf = (typed: Typed, { lookup, resource, timeZone }: FormulaPlace, alias: string, as?: Freshness) =>
  formulaSql(typed, { timeZone, field: (path) => findPath(lookup, resource, path)?.sql(alias, as) ?? 'null' });

const pathsOf = (typed: Typed, { lookup, resource }: FormulaPlace) =>
  fieldsIn(typed).flatMap((path) => findPath(lookup, resource, path.split('.')) ?? []);
const sourcesOf = (typed: Typed, place: FormulaPlace) => pathsOf(typed, place).flatMap(({ sources }) => sources());

const moving = ['today', 'now', 'dateOf'];
const moves = (typed: Typed, place: FormulaPlace): boolean =>
  callsIn(typed).some((name) => moving.includes(name)) || pathsOf(typed, place).some(({ isMoving }) => isMoving());

/** Asked for often, and the answer grows with what is below: worked out once. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What a formula or roll-up works out; throws a FormulaError when it cannot be understood here. */
export function calculation(
  definition: Pick<FieldDefinition, 'type' | 'formula' | 'rollup' | 'settings'>,
  place: FormulaPlace,
): Calculation {
  const scale = definition.settings.scale ?? 2;
  const made =
    definition.type === 'rollup' && definition.rollup ? rollup(definition.rollup, place) : formula(definition.formula ?? '', place);
  if (made.resultType !== 'number') return made;
  return { ...made, sql: (alias, as) => `round(${made.sql(alias, as)}, ${scale})` };
}

function formula(source: string, place: FormulaPlace): Calculation {
  const typed = understand(source, place);
  return {
    resultType: typed.type === 'any' ? 'text' : typed.type,
    names: namesOf(typed, place),
    sql: (alias, as) => sqlOf(typed, place, alias, as),
    sources: once(() => distinctSources(sourcesOf(typed, place))),
    isMoving: once(() => moves(typed, place)),
  };
}

/** All rows count, whatever the reader may see of them: who defines the roll-up decides that. */
function rollup({ from, by, function: fn, value, filter }: Rollup, { lookup, resource, timeZone }: FormulaPlace): Calculation {
  const child = childOf({ from, by }, lookup, resource);
  const inside: FormulaPlace = { lookup, resource: child, timeZone };
  const condition = filter ? understand(filter, inside, 'boolean') : null;
  const counted = valueOf({ value: value ?? null, function: fn }, inside);
  const parts = [condition, counted].filter((part) => part !== null);
  const names = [`${from}.${by}`, ...parts.flatMap((part) => namesOf(part, inside))];
  const rows = (alias: string, t: string) =>
    `from ${child.table} ${t} where ${t}.tenant_id = ${alias}.tenant_id and ${refersSql(child, by, t, { id: `${alias}.id`, tenant: `${alias}.tenant_id` })}${kindCondition(child, t)}${condition ? ` and ${sqlOf(condition, inside, t)}` : ''}`;
  const sql = (alias: string) => {
    const t = `${alias}r`;
    return `(select ${figure(fn, counted ? sqlOf(counted, inside, t) : '', currencyOf(counted, inside, t))} ${rows(alias, t)}${orderOf(fn, t)})`;
  };
  const step: Step = { kind: 'down', holder: child.name, ref: by };
  const sources = once(() =>
    distinctSources(
      behind(step, [
        { resource: child.name, field: by, path: [] },
        ...parts.flatMap((part) => sourcesOf(part, inside)),
        ...currencies(counted, inside),
      ]),
    ),
  );
  const isMoving = once(() => parts.some((part) => moves(part, inside)));
  return { resultType: fn === 'count' ? 'count' : (counted?.type ?? 'text'), names, sql, sources, isMoving };
}

function valueOf({ value, function: fn }: Pick<Rollup, 'value' | 'function'>, inside: FormulaPlace): Typed | null {
  if (fn === 'count') return null;
  if (!value) throw new FormulaError(`${fn} needs a value.`, 0);
  return understand(value, inside, fn === 'sum' || fn === 'avg' ? 'number' : 'any');
}

function childOf({ from, by }: Pick<Rollup, 'from' | 'by'>, lookup: Lookup, resource: Resource): Resource {
  const child = lookup(from);
  const ref: Field | undefined = child && Object.hasOwn(child.fields, by) ? child.fields[by] : undefined;
  if (child && ref?.kind === 'ref' && ref.target === resource.name) return child;
  throw new FormulaError(`${from}.${by} is no reference to ${resource.name}.`, 0);
}

/** Amounts in different currencies are never added up: the sum is empty then. */
function figure(fn: Rollup['function'], value: string, currency: string | null): string {
  if (fn === 'count') return 'count(*)::integer';
  if (fn === 'first' || fn === 'last') return value;
  return currency === null ? `${fn}(${value})` : `case when count(distinct ${currency}) <= 1 then ${fn}(${value}) end`;
}

const currencyOf = (counted: Typed | null, place: FormulaPlace, alias: string): string | null =>
  currencyPath(counted, place)?.sql(alias) ?? null;
const currencies = (counted: Typed | null, place: FormulaPlace): readonly Source[] => currencyPath(counted, place)?.sources() ?? [];

function currencyPath(counted: Typed | null, { lookup, resource }: FormulaPlace): ReturnType<typeof findPath> {
  if (counted?.kind !== 'field' || counted.path.at(-1) !== 'amount') return null;
  return findPath(lookup, resource, [...counted.path.slice(0, -1), 'currency']);
}

const orderOf = (fn: Rollup['function'], t: string) =>
  fn === 'first' || fn === 'last'
    ? ` order by ${t}.created_at ${fn === 'first' ? 'asc' : 'desc'}, ${t}.id ${fn === 'first' ? 'asc' : 'desc'} limit 1`
    : '';
