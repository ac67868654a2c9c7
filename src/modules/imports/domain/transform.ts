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

function apply(step: Transform, value: unknown): Outcome {
  const text = String(value);
  switch (step.do) {
    case 'date':
      return readDay(text, step.format);
    case 'startOfDay':
      return { value: new Date(`${text}T00:00:00Z`) };
    case 'decimal':
      return readDecimal(text, step.mark);
    case 'integer':
      return /^[+-]?\d{1,10}$/.test(text) ? { value: Number(text) } : { rule: 'parse_number', message: 'is no whole number' };
    case 'scale':
      return { value: new Decimal(text).times(step.by).toFixed() };
    case 'money':
      return { value: { amount: text, currency: step.currency } };
    case 'lower':
      return { value: text.toLowerCase() };
    case 'slug':
      return readSlug(text);
    case 'append':
      return { value: `${text}${step.text}` };
    case 'part':
      return { value: { [step.of]: value } };
    case 'words':
      return readWord(text, step);
  }
}

const patterns = {
  'm/d/yyyy': /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4})$/,
  'd.m.yyyy': /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})$/,
  'yyyy-mm-dd': /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})$/,
} as const;

/** The calendar decides: 2/30/2017 is no day, however well it is written. */
function readDay(text: string, format: keyof typeof patterns): Outcome {
  const { year = '', month = '', day = '' } = patterns[format].exec(text)?.groups ?? {};
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const time = new Date(`${iso}T00:00:00Z`);
  const real = year !== '' && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(iso);
  return real ? { value: iso } : { rule: 'parse_date', message: `is no day written ${format}` };
}

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
  const value = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '.').replace(/^\.+|\.+$/g, '');
  return value === '' ? { rule: 'no_name', message: 'holds no letter or digit to make a name from' } : { value };
}

function readWord(text: string, step: Extract<Transform, { do: 'words' }>): Outcome {
  if (Object.hasOwn(step.words, text)) return { value: step.words[text] ?? null };
  if (step.otherwise !== undefined) return { value: step.otherwise };
  return { rule: 'enum_unknown', message: `is none of ${Object.keys(step.words).slice(0, 20).join(', ')}` };
}
