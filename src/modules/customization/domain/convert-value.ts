import { Decimal } from 'decimal.js';
import type { JsonValue } from '#kernel/pure/json.js';
import { textOf } from '#kernel/pure/text.js';
import { dayIn, startOfDay } from '#kernel/pure/time.js';
import type { FieldType } from './field-types.js';

/** What becomes of a value when its field gets another type. */
export interface Converted {
  readonly value: JsonValue;
  /** Not all of it is kept: digits after the point, the time of day, the currency. */
  readonly isLossy: boolean;
}

type Family = 'text' | 'number' | 'whole' | 'boolean' | 'day' | 'instant' | 'choices' | 'money';

const families: Readonly<Partial<Record<FieldType, Family>>> = {
  text: 'text',
  longText: 'text',
  richText: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  time: 'text',
  enum: 'text',
  autonumber: 'text',
  int: 'whole',
  duration: 'whole',
  decimal: 'number',
  percent: 'number',
  bool: 'boolean',
  date: 'day',
  dateTime: 'instant',
  multiEnum: 'choices',
  money: 'money',
};

/** Which families a family can become; those of one family become each other. */
const becomes: Readonly<Record<Family, readonly Family[]>> = {
  text: ['number', 'whole', 'boolean', 'day', 'instant', 'choices'],
  number: ['text', 'whole'],
  whole: ['text', 'number'],
  boolean: ['text'],
  day: ['text', 'instant'],
  instant: ['text', 'day'],
  choices: ['text'],
  money: ['number'],
};

/** Whether a field of one type may become one of another at all. */
export function canBecome(from: FieldType, to: FieldType): boolean {
  const [a, b] = [families[from], families[to]];
  return a !== undefined && b !== undefined && to !== 'autonumber' && from !== to && (a === b || becomes[a].includes(b));
}

/** The value as the other type has it; null when it cannot be one. Whether that type takes it is for its rules to say. */
export function convertValue(
  value: JsonValue,
  { from, to, timeZone }: { from: FieldType; to: FieldType; timeZone: string },
): Converted | null {
  const [a, b] = [families[from], families[to]];
  if (a === undefined || b === undefined) return null;
  if (a === b) return kept(value);
  if (b === 'text') return toText(value, to);
  if (typeof value === 'string' && (a === 'day' || a === 'instant')) return otherTime(value, { to: b, timeZone });
  if (a === 'text') return typeof value === 'string' ? fromText(value.trim(), b, timeZone) : null;
  return toNumber(amountOf(value), { family: b, isLossy: a === 'money' });
}

const kept = (value: JsonValue): Converted => ({ value, isLossy: false });
const amountOf = (value: JsonValue): JsonValue =>
  typeof value === 'object' && value !== null && 'amount' in value ? (value.amount ?? null) : value;

/** A choice is one: of several the first stays. */
function toText(value: JsonValue, to: FieldType): Converted | null {
  if (Array.isArray(value)) {
    const texts = value.map(String);
    return to === 'enum' ? { value: texts[0] ?? null, isLossy: texts.length > 1 } : kept(texts.join(', '));
  }
  return typeof value === 'object' ? null : kept(String(value));
}

function otherTime(value: string, { to, timeZone }: { to: Family; timeZone: string }): Converted | null {
  if (to === 'instant') return kept(startOfDay(value, timeZone).toISOString());
  const at = new Date(value);
  const day = dayIn(timeZone, at);
  return { value: day, isLossy: startOfDay(day, timeZone).getTime() !== at.getTime() };
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  ja: true,
  '1': true,
  false: false,
  no: false,
  nein: false,
  '0': false,
};
const day = /^\d{4}-\d{2}-\d{2}$/;

function fromText(text: string, family: Family, timeZone: string): Converted | null {
  switch (family) {
    case 'boolean':
      return toBoolean(text.toLowerCase());
    case 'day':
      return day.test(text) && isDay(text) ? kept(text) : null;
    case 'instant':
      return toInstant(text, timeZone);
    case 'choices':
      return kept(text.split(',').map((part) => part.trim()));
    default:
      return toNumber(text, { family, isLossy: false });
  }
}

const toBoolean = (word: string): Converted | null => (Object.hasOwn(booleans, word) ? kept(booleans[word] === true) : null);

function toInstant(text: string, timeZone: string): Converted | null {
  if (day.test(text)) return isDay(text) ? kept(startOfDay(text, timeZone).toISOString()) : null;
  const isInstant = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));
  return isInstant ? kept(new Date(text).toISOString()) : null;
}

const isDay = (text: string) => {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

function toNumber(value: JsonValue, { family, isLossy }: { family: Family; isLossy: boolean }): Converted | null {
  const text = textOf(value);
  if (!/^-?\d{1,30}(\.\d{1,30})?$/.test(text)) return null;
  const number = new Decimal(text);
  if (family === 'number') return { value: number.toFixed(), isLossy };
  const whole = number.trunc();
  return Number.isSafeInteger(whole.toNumber()) ? { value: whole.toNumber(), isLossy: isLossy || !whole.eq(number) } : null;
}
