import { Decimal } from 'decimal.js';
import type { Transform } from './mapping.js';

/** A value, or the rule it broke and why. */
export type Outcome = { readonly value: unknown } | { readonly rule: string; readonly message: string };

/** Takes a cell through its transforms; the first that cannot go on ends it. */
export function transform(cell: string, transforms: readonly Transform[]): Outcome {
  let value: unknown = cell;
  for (const step of transforms) {
    const outcome = apply(step, value);
    if ('rule' in outcome) return outcome;
    if (outcome.value === null) return outcome;
    value = outcome.value;
  }
  return { value };
}

type Doers = { readonly [K in Transform['do']]: (text: string, step: Extract<Transform, { do: K }>, value: unknown) => Outcome };

const doers: Doers = {
  date: (text, step) => readDay(text, step.format),
  startOfDay: (text) => ({ value: new Date(`${text}T00:00:00Z`) }),
  decimal: (text, step) => readDecimal(text, step.mark),
  integer: (text) => (/^[+-]?\d{1,10}$/.test(text) ? { value: Number(text) } : { rule: 'parse_number', message: 'is no whole number' }),
  scale: (text, step) => ({ value: new Decimal(text).times(step.by).toFixed() }),
  money: (text, step) => ({ value: { amount: text, currency: step.currency } }),
  lower: (text) => ({ value: text.toLowerCase() }),
  slug: (text) => readSlug(text),
  append: (text, step) => ({ value: `${text}${step.text}` }),
  part: (_, step, value) => ({ value: { [step.of]: value } }),
  words: (text, step) => readWord(text, step),
};

function apply<K extends Transform['do']>(step: Extract<Transform, { do: K }>, value: unknown): Outcome {
  const kind: K = step.do;
  return doers[kind](String(value), step, value);
}

const patterns = {
  'm/d/yyyy': { form: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, month: 1, day: 2, year: 3 },
  'd.m.yyyy': { form: /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, month: 2, day: 1, year: 3 },
  'yyyy-mm-dd': { form: /^(\d{4})-(\d{2})-(\d{2})$/, month: 2, day: 3, year: 1 },
} as const;

/** The calendar decides: 2/30/2017 is no day, however well it is written. */
function readDay(text: string, format: keyof typeof patterns): Outcome {
  const pattern = patterns[format];
  const parts = pattern.form.exec(text);
  const [year, month, day] = [Number(parts?.[pattern.year]), Number(parts?.[pattern.month]), Number(parts?.[pattern.day])];
  if (!parts || month < 1 || month > 12 || day < 1 || day > daysIn(year, month))
    return { rule: 'parse_date', message: `is no day written ${format}` };
  return { value: `${parts[pattern.year]}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}` };
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysIn = (year: number, month: number) => (month === 2 && isLeap(year) ? 29 : (monthDays[month - 1] ?? 0));

const numbers = {
  '.': /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/,
  ',': /^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$/,
} as const;

/** Thousands marks are taken out only where they stand between groups of three. */
function readDecimal(text: string, mark: '.' | ','): Outcome {
  if (!numbers[mark].test(text)) return { rule: 'parse_number', message: `is no number with "${mark}" as decimal mark` };
  const plain = mark === '.' ? text.replaceAll(',', '') : text.replaceAll('.', '').replace(',', '.');
  return { value: new Decimal(plain).toFixed() };
}

function readSlug(text: string): Outcome {
  const value = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '');
  return value === '' ? { rule: 'no_name', message: 'holds no letter or digit to make a name from' } : { value };
}

function readWord(text: string, step: Extract<Transform, { do: 'words' }>): Outcome {
  if (Object.hasOwn(step.words, text)) return { value: step.words[text] ?? null };
  if (step.otherwise !== undefined) return { value: step.otherwise };
  return { rule: 'enum_unknown', message: `is none of ${Object.keys(step.words).slice(0, 20).join(', ')}` };
}
