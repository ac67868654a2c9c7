import { Decimal } from 'decimal.js';
import parsePhoneNumber, { type CountryCode } from 'libphonenumber-js/max';
import { Temporal } from 'temporal-polyfill';
import type { DayFormat, Transform } from './mapping.js';

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

const wrong = (rule: string, message: string): Outcome => ({ rule, message });

const doers: Doers = {
  date: (text, step) => readDay(text, step.format),
  instant: (text, step) => readInstant(text, step.format, step.zone),
  serial: (text, step) => readSerial(text, step.system),
  startOfDay: (text) => ({ value: new Date(`${text}T00:00:00Z`) }),
  decimal: (text, step) => readDecimal(text, step.mark),
  integer: (text) => (/^[+-]?\d{1,10}$/.test(text) ? { value: Number(text) } : wrong('parse_number', 'is no whole number')),
  boolean: (text) => readBoolean(text),
  scale: (text, step) => ({ value: new Decimal(text).times(step.by).toFixed() }),
  round: (text, step) => ({ value: new Decimal(text).toDecimalPlaces(step.digits).toFixed() }),
  money: (text, step) => ({ value: { amount: text, currency: step.currency } }),
  phone: (text, step) => readPhone(text, step.country),
  email: (text) => (address.test(text) ? { value: text.toLowerCase() } : wrong('not_an_email', 'is no e-mail address')),
  url: (text) => ({ value: /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}` }),
  lower: (text) => ({ value: text.toLowerCase() }),
  upper: (text) => ({ value: text.toUpperCase() }),
  slug: (text) => readSlug(text),
  word: (text, step) => readPart(text, step.which),
  cut: (text, step) => ({ value: text.slice(0, step.max) }),
  remove: (text, step) => {
    const rest = text.replaceAll(step.text, '').trim();
    return { value: rest === '' ? null : rest };
  },
  append: (text, step) => ({ value: `${text}${step.text}` }),
  prepend: (text, step) => ({ value: `${step.text}${text}` }),
  part: (_, step, value) => ({ value: { [step.of]: value } }),
  words: (text, step) => readWord(text, step),
  option: (text, step) => readOption(text, step),
};

const address = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}$/i;

function apply<K extends Transform['do']>(step: Extract<Transform, { do: K }>, value: unknown): Outcome {
  const kind: K = step.do;
  return doers[kind](String(value), step, value);
}

const patterns = {
  'm/d/yyyy': { form: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, month: 1, day: 2, year: 3 },
  'm/d/yy': { form: /^(\d{1,2})\/(\d{1,2})\/(\d{2})$/, month: 1, day: 2, year: 3 },
  'd.m.yyyy': { form: /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, month: 2, day: 1, year: 3 },
  'd.m.yy': { form: /^(\d{1,2})\.(\d{1,2})\.(\d{2})$/, month: 2, day: 1, year: 3 },
  'd/m/yyyy': { form: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, month: 2, day: 1, year: 3 },
  'd/m/yy': { form: /^(\d{1,2})\/(\d{1,2})\/(\d{2})$/, month: 2, day: 1, year: 3 },
  'yyyy-mm-dd': { form: /^(\d{4})-(\d{2})-(\d{2})$/, month: 2, day: 3, year: 1 },
  'yyyy/mm/dd': { form: /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/, month: 2, day: 3, year: 1 },
  yyyymmdd: { form: /^(\d{4})(\d{2})(\d{2})$/, month: 2, day: 3, year: 1 },
  iso: { form: /^(\d{4})-(\d{2})-(\d{2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/, month: 2, day: 3, year: 1 },
} as const;
type Pattern = keyof typeof patterns;
const usual = {
  us: ['iso', 'm/d/yyyy', 'm/d/yy', 'yyyy/mm/dd'],
  eu: ['iso', 'd.m.yyyy', 'd.m.yy', 'd/m/yyyy', 'd/m/yy', 'yyyy/mm/dd'],
} as const satisfies Record<string, readonly Pattern[]>;
export const dayFormats: readonly DayFormat[] = [...(Object.keys(patterns) as Pattern[]), 'us', 'eu'];

/** The calendar decides: 2/30/2017 is no day, however well it is written. */
function readDay(text: string, format: DayFormat): Outcome {
  if (format !== 'us' && format !== 'eu') return readPattern(text, format);
  const pattern = usual[format].find((one) => patterns[one].form.test(text));
  return pattern
    ? readPattern(text, pattern)
    : wrong('parse_date', `is no day as it is written in ${format === 'us' ? 'America' : 'Europe'}`);
}

function readPattern(text: string, format: Pattern): Outcome {
  const pattern = patterns[format];
  const parts = pattern.form.exec(text);
  const [year, month, day] = [fullYear(parts?.[pattern.year] ?? ''), Number(parts?.[pattern.month]), Number(parts?.[pattern.day])];
  if (!parts || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return wrong('parse_date', `is no day written ${format}`);
  return { value: `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}` };
}

/** Two digits mean a year from 1950 to 2049. */
const fullYear = (digits: string): number => (digits.length === 2 ? Number(digits) + (Number(digits) < 50 ? 2000 : 1900) : Number(digits));

const timeForm = /^(.*?)(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AP]M))?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A day with no time begins at midnight of its zone. */
function readInstant(text: string, format: DayFormat, zone: string): Outcome {
  const [, date = '', ...parts] = timeForm.exec(text) ?? [];
  const day = readDay(date, format);
  if ('rule' in day) return wrong('parse_date', `is no time written ${format} hh:mm`);
  const time = timeOf(parts);
  if (time === null) return wrong('parse_date', 'is no time of a day');
  const local = `${String(day.value)}T${time}`;
  const offset = parts[4];
  // +0100 is +01:00.
  if (offset !== undefined) return { value: new Date(`${local}${offset.replace(/(\d\d)(\d\d)$/, '$1:$2')}`) };
  if (zone === 'UTC') return { value: new Date(`${local}Z`) };
  return { value: new Date(Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds) };
}

/** 6:30 PM is 18:30:00; null when no clock shows it. */
function timeOf([hour = '0', minute = '0', second = '0', half]: readonly (string | undefined)[]): string | null {
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  const isOnClock = hours <= 23 && Number(minute) <= 59 && Number(second) <= 59;
  return isOnClock ? `${two(hours)}:${two(minute)}:${two(second)}` : null;
}

const two = (number: number | string) => String(number).padStart(2, '0');

const serialStart = { '1900': Date.UTC(1899, 11, 30), '1904': Date.UTC(1904, 0, 1) } as const;

function readSerial(text: string, system: '1900' | '1904'): Outcome {
  if (!/^\d{1,7}(\.\d+)?$/.test(text)) return wrong('parse_date', 'is no day as spreadsheets count them');
  const day = new Date(serialStart[system] + Math.floor(Number(text)) * 86_400_000);
  return { value: day.toISOString().slice(0, 10) };
}

const yes = new Set(['true', 'yes', 'y', '1', 'x', 'on', 't', 'ja', 'wahr', 'j']);
const no = new Set(['false', 'no', 'n', '0', 'off', 'f', 'nein', 'falsch']);
function readBoolean(text: string): Outcome {
  const word = text.toLowerCase();
  if (yes.has(word)) return { value: true };
  return no.has(word) ? { value: false } : wrong('enum_unknown', 'is neither yes nor no');
}

/** E.164; numbers without a country code are read as of `country`. */
function readPhone(text: string, country: string): Outcome {
  const parsed = parsePhoneNumber(text, country.toUpperCase() as CountryCode);
  if (!parsed?.isValid()) return wrong('not_a_phone', 'is no telephone number');
  return { value: parsed.number };
}

function readPart(text: string, which: 'first' | 'last' | 'butLast'): Outcome {
  const all = text.split(/\s+/);
  if (which === 'butLast') return { value: all.length > 1 ? all.slice(0, -1).join(' ') : null };
  return { value: (which === 'first' ? all[0] : all.at(-1)) ?? null };
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
  // 2.99E-2 is how programs write what people write 0.0299; only they use the dot so.
  if (mark === '.' && /^[+-]?\d(\.\d+)?E[+-]\d{1,3}$/.test(text)) return { value: new Decimal(text).toFixed() };
  const bare = text.replaceAll(mark === '.' ? /'(?=\d{3})/g : /[ \u00A0\u202F](?=\d{3})/g, '');
  if (!numbers[mark].test(bare)) return { rule: 'parse_number', message: `is no number with "${mark}" as decimal mark` };
  const plain = mark === '.' ? bare.replaceAll(',', '') : bare.replaceAll('.', '').replace(',', '.');
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

function readOption(text: string, { values, named }: Extract<Transform, { do: 'option' }>): Outcome {
  if (values.includes(text)) return { value: text };
  const plain = plainLabel(text);
  const [value, ...others] = Object.hasOwn(named, plain) ? (named[plain] ?? []) : [];
  if (value === undefined) return wrong('enum_unknown', `is none of ${values.slice(0, 20).join(', ')}`);
  return others.length === 0 ? { value } : wrong('enum_ambiguous', `can mean ${[value, ...others].slice(0, 20).join(' or ')}`);
}

/** `In progress`, `in_progress` and `IN  PROGRESS` are one label. */
export const plainLabel = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
