import type { FiscalCalendar } from '#kernel/pure/fiscal.js';
import { dateRangeBetween, dateRangeForms, dateRangeOf, type DateRange } from '../domain/date-range.js';
import type { WallClock } from '../domain/wall-clock.js';
import { anyMemberAt } from './members.js';
import type { Cube, Dimension, Measure } from './model.js';
import type { Condition, DateOperator, NumberOperator, TextOperator } from './query.js';
import { quote, refuse } from './refuse.js';
import { isObject, listAt, objectAt, textAt } from './shape.js';

const textOperators = ['equals', 'notEquals', 'contains', 'notContains', 'startsWith', 'notStartsWith', 'endsWith', 'notEndsWith'] as const;
const numberOperators = ['equals', 'notEquals', 'gt', 'gte', 'lt', 'lte'] as const;
const dateOperators = [
  'equals',
  'notEquals',
  'inDateRange',
  'notInDateRange',
  'beforeDate',
  'beforeOrOnDate',
  'afterDate',
  'afterOrOnDate',
] as const;
const maxDepth = 8;
const maxValues = 500;

export interface FilterContext {
  readonly cube: Cube;
  /** Now, by the clock of the query's zone. */
  readonly now: WallClock;
  /** How the company divides its years. */
  readonly fiscal: FiscalCalendar;
}
interface Parsed {
  readonly condition: Condition;
  /** On facts or on figures. */
  readonly level: 'where' | 'having';
}

/** The filters of a query, those on facts and those on figures apart. */
export function parseFilters(raw: unknown, path: string, context: FilterContext): { where: Condition[]; having: Condition[] } {
  const parsed = listAt(raw, path, 100).map((entry, i) => parseEntry(entry, `${path}/${i}`, context, 1));
  const at = (level: Parsed['level']) => parsed.filter((p) => p.level === level).map((p) => p.condition);
  return { where: at('where'), having: at('having') };
}

/** Filters as they are sent back: the old key `dimension` becomes `member`. */
export function echoFilters(raw: unknown): unknown[] {
  if (!Array.isArray(raw)) return [];
  return raw.filter(isObject).map((entry) => {
    if (Array.isArray(entry['and'])) return { and: echoFilters(entry['and']) };
    if (Array.isArray(entry['or'])) return { or: echoFilters(entry['or']) };
    const { dimension, member, ...rest } = entry;
    return { member: member ?? dimension, ...rest };
  });
}

function parseEntry(raw: unknown, path: string, context: FilterContext, depth: number): Parsed {
  if (depth > maxDepth) throw refuse('analytics.query_invalid', path, `Filters are nested more than ${maxDepth} levels deep.`);
  if (isObject(raw) && (Object.hasOwn(raw, 'and') || Object.hasOwn(raw, 'or'))) return parseGroup(raw, path, context, depth);
  const filter = objectAt(raw, path, ['member', 'dimension', 'operator', 'values']);
  const found = anyMemberAt(context.cube, filter['member'] ?? filter['dimension'], `${path}/member`);
  const values = listAt(filter['values'], `${path}/values`, maxValues).map((v, i) => valueAt(v, `${path}/values/${i}`));
  const leaf: Leaf = { path, context, operator: filter['operator'], values };
  return 'measure' in found ? onMeasure(found.measure, leaf) : { level: 'where', condition: onDimension(found.dimension, leaf) };
}

function parseGroup(raw: Readonly<Record<string, unknown>>, path: string, context: FilterContext, depth: number): Parsed {
  const kind = Object.hasOwn(raw, 'and') ? 'and' : 'or';
  const entries = listAt(objectAt(raw, path, [kind])[kind], `${path}/${kind}`, 100);
  const [first, ...rest] = entries.map((entry, i) => parseEntry(entry, `${path}/${kind}/${i}`, context, depth + 1));
  if (!first) throw refuse('analytics.query_invalid', `${path}/${kind}`, `An "${kind}" group needs at least one condition.`);
  if (rest.some((p) => p.level !== first.level)) {
    throw refuse(
      'analytics.filter_mixed',
      path,
      'Conditions on measures and on dimensions cannot stand in one group: put them beside each other at the top.',
    );
  }
  return { level: first.level, condition: { kind, parts: [first, ...rest].map((p) => p.condition) } };
}

interface Leaf {
  readonly path: string;
  readonly context: FilterContext;
  readonly operator: unknown;
  readonly values: readonly (string | null)[];
}

function onMeasure(member: Measure, leaf: Leaf): Parsed {
  if (leaf.operator === 'measureFilter') return { level: 'where', condition: { kind: 'counted', member } };
  return { level: 'having', condition: presence(member, leaf) ?? onNumber(member, leaf) };
}

function onDimension(member: Dimension, leaf: Leaf): Condition {
  const known = presence(member, leaf);
  if (known) return known;
  if (member.type === 'number') return onNumber(member, leaf);
  if (member.type === 'time') return onDate(member, leaf);
  const operator: TextOperator = operatorOf(leaf, textOperators, member.name);
  const values = operator === 'equals' || operator === 'notEquals' ? leaf.values : leaf.values.filter((v) => v !== null);
  return { kind: 'text', member, operator, values: someValues(values, leaf) };
}

function presence(member: Dimension | Measure, { operator }: Leaf): Condition | null {
  return operator === 'set' || operator === 'notSet' ? { kind: 'presence', member, present: operator === 'set' } : null;
}

function onNumber(member: Dimension | Measure, leaf: Leaf): Condition {
  const operator: NumberOperator = operatorOf(leaf, numberOperators, member.name);
  const values = someValues(leaf.values, leaf);
  const bad = values.find((v) => (v === null ? operator !== 'equals' && operator !== 'notEquals' : !/^-?\d{1,20}(\.\d{1,20})?$/.test(v)));
  if (bad !== undefined)
    throw refuse(
      'analytics.value_invalid',
      `${leaf.path}/values`,
      `${quote(bad)} is no number. Write it as text, such as "1000" or "12.50".`,
    );
  if (operator !== 'equals' && operator !== 'notEquals' && values.length > 1) {
    throw refuse('analytics.value_invalid', `${leaf.path}/values`, `"${operator}" compares with one value, got ${values.length}.`);
  }
  return { kind: 'number', member, operator, values };
}

function onDate(member: Dimension, leaf: Leaf): Condition {
  const operator: DateOperator = operatorOf(leaf, dateOperators, member.name);
  const values = someValues(leaf.values, leaf).map((v) => v ?? '');
  const path = `${leaf.path}/values`;
  if (operator === 'inDateRange' || operator === 'notInDateRange') {
    return { kind: 'date', member, operator, range: parseDateRange(values.length === 1 ? values[0] : values, path, leaf.context) };
  }
  const parts = values.map((v): Condition => ({ kind: 'date', member, operator, range: parseDateRange(v, path, leaf.context) }));
  return { kind: operator === 'equals' ? 'or' : 'and', parts };
}

/** Words, one day, or a list of one or two moments. */
export function parseDateRange(raw: unknown, path: string, { now, fiscal }: Omit<FilterContext, 'cube'>): DateRange {
  const range = typeof raw === 'string' ? dateRangeOf(textAt(raw, path), now, fiscal) : betweenEnds(raw, path);
  if (!range) throw refuse('analytics.date_range_invalid', path, `Cannot read the date range ${quote(raw)}. ${dateRangeForms}`);
  return range;
}

function betweenEnds(raw: unknown, path: string): DateRange | null {
  const [from, to = from, ...more] = listAt(raw, path, 2).map((v, i) => textAt(v, `${path}/${i}`));
  return from === undefined || to === undefined || more.length > 0 ? null : dateRangeBetween(from, to);
}

function operatorOf<const O extends readonly string[]>({ operator, path }: Leaf, allowed: O, member: string): O[number] {
  const known = allowed.find((o) => o === operator);
  if (known !== undefined) return known;
  throw refuse(
    'analytics.operator_not_allowed',
    `${path}/operator`,
    `The operator ${quote(operator)} does not fit ${member}. Use one of ${allowed.join(', ')}, set, notSet.`,
  );
}

function someValues<V>(values: readonly V[], { path, operator }: Leaf): readonly V[] {
  if (values.length === 0)
    throw refuse('analytics.query_invalid', `${path}/values`, `The operator ${quote(operator)} needs at least one value.`);
  return values;
}

function valueAt(value: unknown, path: string): string | null {
  if (value === null) return null;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : textAt(value, path);
}
