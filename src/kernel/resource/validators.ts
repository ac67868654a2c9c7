import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUrl,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateIf,
  isISO31661Alpha2,
  isISO4217CurrencyCode,
} from 'class-validator';
import { isZoneName } from '../pure/time.js';
import { isUuid } from './ids.js';
import { phoneNumber } from './normalise.js';
import type { Address, Field, Money, ZonedPlan } from './fields.js';

const rule = (name: string, message: string, holds: (value: unknown) => boolean): PropertyDecorator =>
  ValidateBy({ name, validator: { validate: holds, defaultMessage: () => message } });

const decimalPattern = /^-?\d{1,15}(\.\d+)?$/;
const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
const onlyKeys = (v: object, keys: readonly string[]) => Object.keys(v).every((k) => keys.includes(k));

/** A JSON number went through a float: beyond fifteen digits it may not be the number that was sent. */
const isExact = (value: number) => Number.isFinite(value) && String(value).replaceAll(/\D/g, '').length <= 15;

/** Columns of decimals hold 19 digits in all: the more there are after the point, the fewer before it. */
export const wholeDigits = (scale: number): number => Math.min(15, 19 - scale);

/** A decimal of at most `scale` digits after the point, more would be lost silently, and `whole` before it. */
export function isDecimal(value: unknown, scale: number, whole = 15): boolean {
  if (typeof value === 'number') return isExact(value) && isDecimal(String(value), scale, whole);
  if (typeof value !== 'string' || !decimalPattern.test(value)) return false;
  const [before = '', after = ''] = value.replace('-', '').split('.');
  return before.length <= whole && after.length <= scale;
}

/** Of what is no decimal, others say so. */
const isHeld = (scale: number) => (v: unknown) => !isDecimal(v, 15) || isDecimal(v, 15, wholeDigits(scale));

export function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  // There was no year 0, and PostgreSQL knows that.
  return !value.startsWith('0000') && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;
export const isInstant = (v: unknown): boolean =>
  v instanceof Date
    ? !Number.isNaN(v.getTime())
    : typeof v === 'string' && instantPattern.test(v) && isDay(v.slice(0, 10)) && hasOurYear(new Date(v));
/** Its year in UTC, which its zone may have moved, has four digits. */
const hasOurYear = (at: Date): boolean => at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999;

export const isZone = (v: unknown): v is string => typeof v === 'string' && isZoneName(v);

const isMoney = (v: unknown): boolean =>
  isRecord(v) &&
  onlyKeys(v, ['amount', 'currency']) &&
  isDecimal((v as unknown as Money).amount, 4) &&
  isISO4217CurrencyCode(v['currency']);
const isPlan = (v: unknown): boolean =>
  isRecord(v) &&
  // Whoever writes back what he has read is told nothing new by it.
  onlyKeys(v, ['local', 'zone', 'at', 'isShifted']) &&
  typeof (v as unknown as ZonedPlan).local === 'string' &&
  isInstant(`${(v as unknown as ZonedPlan).local}Z`) &&
  isZone(v['zone']);
const addressKeys = ['street', 'postalCode', 'city', 'region', 'country'];
const isAddress = (v: unknown): boolean =>
  isRecord(v) &&
  onlyKeys(v, addressKeys) &&
  Object.values(v as Address).every((part) => part === null || (typeof part === 'string' && part.length <= 200 && isStorable(part))) &&
  ((v as Address).country == null || isISO31661Alpha2((v as Address).country));

/** NUL and unpaired surrogates cannot be stored: refused here, before they become a database error. */
export const isStorable = (text: string) => !text.includes('\u0000') && text.isWellFormed();
const storable = rule('isStorable', 'contains a NUL or half a surrogate pair', (v) => typeof v !== 'string' || isStorable(v));

const notBlank = rule('isNotBlank', 'must not be blank', (v) => typeof v !== 'string' || /\S/.test(v));

const textRules = (max: number) => [IsString(), MaxLength(max), storable];

const byKind: Record<Field['kind'], (f: Field) => PropertyDecorator[]> = {
  text: (f) => [...textRules(f.max ?? 200), ...(f.options.required ? [notBlank] : [])],
  longText: (f) => textRules(f.max ?? 100_000),
  email: () => [IsString(), MaxLength(254), storable, IsEmail()],
  phone: () => [
    IsString(),
    MaxLength(40),
    rule('isPhone', 'is no telephone number', (v) => typeof v === 'string' && phoneNumber(v) !== null),
  ],
  url: () => [IsString(), MaxLength(2000), storable, IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })],
  choice: (f) => [IsIn([...(f.values ?? [])])],
  boolean: () => [IsBoolean()],
  integer: (f) => [IsInt(), Min(f.range?.min ?? -2147483648), Max(f.range?.max ?? 2147483647)],
  decimal: (f) => [
    rule('isDecimal', `is no decimal with at most ${f.scale ?? 4} digits after the point`, (v) => isDecimal(v, f.scale ?? 4)),
    rule('isHeld', `has more than ${wholeDigits(f.scale ?? 4)} digits before the point`, isHeld(f.scale ?? 4)),
    rule('inRange', `is out of range`, (v) => Number(v) >= (f.range?.min ?? -Infinity) && Number(v) <= (f.range?.max ?? Infinity)),
  ],
  money: () => [rule('isMoney', 'needs {amount, currency} with a decimal amount and an ISO 4217 code', isMoney)],
  date: () => [rule('isDate', 'is no day written YYYY-MM-DD', isDay)],
  instant: () => [rule('isInstant', 'is no instant such as 2026-03-02T09:00:00Z', isInstant)],
  plan: () => [rule('isPlan', 'needs {local, zone} with a local time and an IANA zone', isPlan)],
  address: () => [rule('isAddress', 'needs {street, postalCode, city, region, country} with an ISO 3166 country', isAddress)],
  ref: () => [rule('isId', 'is no id', (v) => typeof v === 'string' && isUuid(v))],
  json: () => [
    rule('isJson', 'is too large (100 kB at most), too deep (32 levels at most), or holds NUL or a number out of range', isSmallJson),
  ],
  list: (f) => [IsArray(), ArrayMaxSize(f.max ?? 1000)],
  object: () => [IsObject()],
};

function isSmallJson(value: unknown): boolean {
  if (depthOf(value, 33) > 32 || !isAllFinite(value)) return false;
  const text = JSON.stringify(value) ?? '';
  return text.length <= 100_000 && !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text);
}

/** `1e400` is read as Infinity, which JSON cannot say: it would be kept as null. */
function isAllFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isAllFinite);
}

function depthOf(value: unknown, limit: number): number {
  if (limit === 0 || typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((v) => depthOf(v, limit - 1)));
}

export type InputMode = 'create' | 'patch';

/** The class-validator decorators a field's definition amounts to. */
export function decoratorsOf(field: Field, mode: InputMode): PropertyDecorator[] {
  const needed = field.options.required === true && field.options.default === undefined;
  const rules = [...byKind[field.kind](field), ...(field.rules ?? []).map(({ code, message, holds }) => rule(code, message, holds))];
  if (mode === 'create' && needed) return [IsDefined(), ...rules];
  if (field.options.required) return [ValidateIf((_, v) => v !== undefined), ...rules];
  return [ValidateIf((_, v) => v !== undefined && v !== null), ...rules];
}
