import {
  CAPITALS,
  SMALL,
  type Condition,
  type ConditionValue,
  type Operator,
  type PerformedCondition,
  type PropertyTest,
  type Scalar,
  type TraitPath,
} from './condition.js';
import { before } from './times.js';

export interface PerformedEvent {
  readonly type: string;
  readonly occurredAt: Date;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What is known of a person. */
export interface Facts {
  readonly traits: Readonly<Partial<Record<TraitPath, Scalar | Date | null>>>;
  readonly events: readonly PerformedEvent[];
}

/** Whether the condition holds for a person at `now`. The SQL of `compileCondition` says the same of the same rows. */
export function holds(condition: Condition, facts: Facts, now: Date): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.every((part) => holds(part, facts, now));
    case 'or':
      return condition.of.some((part) => holds(part, facts, now));
    case 'not':
      return !holds(condition.of, facts, now);
    case 'trait':
      return traitHolds(facts.traits[condition.path] ?? null, condition, now);
    case 'performed':
      return counts(condition, facts, now);
    case 'last_performed': {
      const done = facts.events.filter((event) => event.type === condition.event && matches(condition.where, event.properties));
      const since = before(now, condition.ago);
      const recent = done.some((event) => event.occurredAt >= since);
      return condition.op === 'within' ? recent : done.length > 0 && !recent;
    }
  }
}

/** Whether an event's properties pass all tests. */
export const matches = (tests: readonly PropertyTest[] | undefined, properties: Readonly<Record<string, unknown>>): boolean =>
  (tests ?? []).every((test) => propertyHolds(test, properties));

/** The value under a dotted path, or null: objects are entered, lists and prototypes are not. */
export function propertyAt(properties: unknown, path: string): unknown {
  let value: unknown = properties;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return null;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value ?? null;
}

/** The span a window covers: its start counts, its end does not. */
export function span(window: PerformedCondition['window'], now: Date): { readonly from: Date | null; readonly to: Date | null } {
  if (!window) return { from: null, to: null };
  if ('rolling' in window) return { from: before(now, window.rolling), to: null };
  return { from: window.from ? new Date(window.from) : null, to: window.to ? new Date(window.to) : null };
}

function counts({ event: type, where, window, count }: PerformedCondition, facts: Facts, now: Date): boolean {
  const { from, to } = span(window, now);
  const times = facts.events.filter(
    ({ type: is, occurredAt, properties }) =>
      is === type && (!from || occurredAt >= from) && (!to || occurredAt < to) && matches(where, properties),
  ).length;
  const { op, value } = count ?? { op: 'gte', value: 1 };
  return op === 'eq' ? times === value : op === 'gte' ? times >= value : times <= value;
}

function traitHolds(
  actual: Scalar | Date | null,
  { op, value, ifMissing }: { op: Operator; value?: ConditionValue; ifMissing?: boolean },
  now: Date,
): boolean {
  if (op === 'is_set') return actual !== null;
  if (op === 'is_missing') return actual === null;
  if (actual === null) return ifMissing ?? false;
  if (actual instanceof Date) return compare(op, actual.getTime(), momentOf(value, now).getTime());
  return compare(op, actual, value);
}

/** The moment a condition's value names. */
export const momentOf = (value: ConditionValue | undefined, now: Date): Date =>
  typeof value === 'object' && 'ago' in value ? before(now, value.ago) : new Date(String(value));

function propertyHolds({ property, op, value }: PropertyTest, properties: Readonly<Record<string, unknown>>): boolean {
  const actual = propertyAt(properties, property);
  if (op === 'is_set') return actual !== null;
  if (op === 'is_missing') return actual === null;
  if (typeof actual !== 'string' && typeof actual !== 'number' && typeof actual !== 'boolean') return false;
  const sample = Array.isArray(value) ? (value as readonly Scalar[])[0] : value;
  return typeof actual === typeof sample && compare(op, actual, value);
}

function compare(op: Operator, actual: Scalar, value: ConditionValue | undefined): boolean {
  if (op === 'in') return Array.isArray(value) && (value as readonly Scalar[]).includes(actual);
  if (op === 'eq') return actual === value;
  if (op === 'ne') return actual !== value;
  if (op === 'contains') return folded(String(actual)).includes(folded(textOf(value)));
  if (op === 'starts_with') return folded(String(actual)).startsWith(folded(textOf(value)));
  const [a, b] = [Number(actual), Number(value)];
  return op === 'lt' ? a < b : op === 'lte' ? a <= b : op === 'gt' ? a > b : a >= b;
}

const textOf = (value: ConditionValue | undefined) => (typeof value === 'string' ? value : '');

const small = new Map(Array.from(CAPITALS, (letter, i) => [letter, SMALL[i] ?? letter]));
/** Text with its capitals made small by the fixed table. */
export const folded = (text: string) => Array.from(text, (letter) => small.get(letter) ?? letter).join('');
