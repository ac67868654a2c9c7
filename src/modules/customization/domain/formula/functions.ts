import { Decimal } from 'decimal.js';
import type { FormulaType } from './formula.js';

/** What a formula's values are in code: numbers exact, days as text. Empty is null. */
export type FormulaValue = Decimal | string | boolean | Date | null;

/** What a formula may know of the world. */
export interface FormulaWorld {
  readonly now: Date;
  readonly timeZone: string;
}

export interface FormulaFunction {
  /** Types of what it takes; `same`: all of one type. */
  readonly takes: readonly (FormulaType | 'same')[];
  /** The last may stand several times. */
  readonly repeats?: true;
  readonly optional?: number;
  readonly gives: FormulaType | 'same';
  /** In SQL, of arguments in SQL. */
  readonly sql: (args: readonly string[], world: { readonly timeZone: string }) => string;
  /** In code. Unless it says otherwise it is not asked when an argument is empty: then the answer is empty. */
  readonly value: (args: readonly FormulaValue[], world: FormulaWorld) => FormulaValue;
  readonly takesEmpty?: true;
}

const number = (value: FormulaValue | undefined): Decimal => (value instanceof Decimal ? value : new Decimal(0));
const string = (value: FormulaValue | undefined): string => (typeof value === 'string' ? value : '');
const whole = (value: FormulaValue | undefined): number => number(value).trunc().toNumber();
const dayOf = (text: string) => new Date(`${text}T00:00:00Z`);
const textOfDay = (date: Date) => date.toISOString().slice(0, 10);
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const part = (index: number, unit: string): FormulaFunction => ({
  takes: ['date'],
  gives: 'number',
  sql: ([day]) => `extract(${unit} from ${day ?? ''})::numeric`,
  value: ([day]) => new Decimal(string(day).split('-')[index] ?? 0),
});
const ofText = (sql: string, value: (text: string) => FormulaValue, gives: FormulaType = 'text'): FormulaFunction => ({
  takes: ['text'],
  gives,
  sql: ([text]) => (gives === 'number' ? `${sql}(${text ?? ''})::numeric` : `${sql}(${text ?? ''})`),
  value: ([text]) => value(string(text)),
});
const ofNumber = (sql: string, value: (n: Decimal) => Decimal): FormulaFunction => ({
  takes: ['number'],
  gives: 'number',
  sql: ([n]) => `${sql}(${n ?? ''})`,
  value: ([n]) => value(number(n)),
});
const extreme = (sql: string, wins: (a: FormulaValue, b: FormulaValue) => boolean): FormulaFunction => ({
  takes: ['same', 'same'],
  repeats: true,
  gives: 'same',
  takesEmpty: true,
  sql: (args) => `${sql}(${args.join(', ')})`,
  value: (args) =>
    args.filter((arg) => arg !== null).reduce<FormulaValue>((best, arg) => (best === null || wins(arg, best) ? arg : best), null),
});
const rank = (value: FormulaValue) => (value instanceof Decimal || value instanceof Date || typeof value === 'boolean' ? Number(value) : 0);
export const less = (a: FormulaValue, b: FormulaValue): boolean => {
  if (a instanceof Decimal && b instanceof Decimal) return a.lt(b);
  return typeof a === 'string' && typeof b === 'string' ? a < b : rank(a) < rank(b);
};

/** All there is to call in a formula. None has an effect, and but for `today` and `now` the same arguments give the same value. */
export const functions: ReadonlyMap<string, FormulaFunction> = new Map<string, FormulaFunction>([
  [
    'if',
    {
      takes: ['boolean', 'same', 'same'],
      gives: 'same',
      takesEmpty: true,
      sql: ([condition, yes, no]) => `(case when ${condition ?? ''} then ${yes ?? ''} else ${no ?? ''} end)`,
      value: ([condition, yes = null, no = null]) => (condition === true ? yes : no),
    },
  ],
  [
    'coalesce',
    {
      takes: ['same', 'same'],
      repeats: true,
      gives: 'same',
      takesEmpty: true,
      sql: (args) => `coalesce(${args.join(', ')})`,
      value: (args) => args.find((arg) => arg !== null) ?? null,
    },
  ],
  ['isEmpty', { takes: ['any'], gives: 'boolean', takesEmpty: true, sql: ([x]) => `(${x ?? ''} is null)`, value: ([x]) => x === null }],
  ['min', extreme('least', less)],
  ['max', extreme('greatest', (a, b) => less(b, a))],
  ['abs', ofNumber('abs', (n) => n.abs())],
  ['floor', ofNumber('floor', (n) => n.floor())],
  ['ceil', ofNumber('ceil', (n) => n.ceil())],
  [
    'round',
    {
      takes: ['number', 'number'],
      optional: 1,
      gives: 'number',
      sql: ([n, digits]) => `round(${n ?? ''}, ${digits === undefined ? '0' : `least(greatest(trunc(${digits}), 0), 10)::integer`})`,
      value: ([n, digits]) => number(n).toDecimalPlaces(Math.min(Math.max(whole(digits), 0), 10), Decimal.ROUND_HALF_UP),
    },
  ],
  ['length', ofText('char_length', (text) => new Decimal(Array.from(text).length), 'number')],
  ['upper', ofText('upper', (text) => text.toUpperCase())],
  ['lower', ofText('lower', (text) => text.toLowerCase())],
  ['trim', ofText('trim', (text) => text.replace(/^ +| +$/g, ''))],
  [
    'contains',
    {
      takes: ['text', 'text'],
      gives: 'boolean',
      sql: ([text, inner]) => `(strpos(${text ?? ''}, ${inner ?? ''}) > 0)`,
      value: ([text, inner]) => string(text).includes(string(inner)),
    },
  ],
  [
    'startsWith',
    {
      takes: ['text', 'text'],
      gives: 'boolean',
      sql: ([text, start]) => `starts_with(${text ?? ''}, ${start ?? ''})`,
      value: ([text, start]) => string(text).startsWith(string(start)),
    },
  ],
  [
    'text',
    {
      takes: ['number'],
      gives: 'text',
      sql: ([n]) => `trim_scale(${n ?? ''})::text`,
      value: ([n]) => number(n).toFixed(),
    },
  ],
  ['year', part(0, 'year')],
  ['month', part(1, 'month')],
  ['day', part(2, 'day')],
  [
    'daysBetween',
    {
      takes: ['date', 'date'],
      gives: 'number',
      sql: ([from, to]) => `(${to ?? ''} - ${from ?? ''})::numeric`,
      value: ([from, to]) => new Decimal((dayOf(string(to)).getTime() - dayOf(string(from)).getTime()) / 86_400_000),
    },
  ],
  [
    'addDays',
    {
      takes: ['date', 'number'],
      gives: 'date',
      sql: ([day, n]) => `(${day ?? ''} + least(greatest(trunc(${n ?? ''}), -100000), 100000)::integer)`,
      value: ([day, n]) => textOfDay(new Date(dayOf(string(day)).getTime() + Math.max(-100_000, Math.min(100_000, whole(n))) * 86_400_000)),
    },
  ],
  [
    'dateOf',
    {
      takes: ['instant'],
      gives: 'date',
      sql: ([at], { timeZone }) => `((${at ?? ''}) at time zone ${quoted(timeZone)})::date`,
      value: ([at], { timeZone }) => (at instanceof Date ? localDay(at, timeZone) : null),
    },
  ],
  [
    'today',
    {
      takes: [],
      gives: 'date',
      sql: (_, { timeZone }) => `(now() at time zone ${quoted(timeZone)})::date`,
      value: (_, { now, timeZone }) => localDay(now, timeZone),
    },
  ],
  ['now', { takes: [], gives: 'instant', sql: () => 'now()', value: (_, { now }) => now }],
]);

const localDay = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
