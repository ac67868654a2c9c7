import { Temporal } from 'temporal-polyfill';
import { calendarYear, fiscalDays, type FiscalCalendar, type FiscalUnit } from './fiscal.js';

/** A wall-clock time and its zone, and what instant that is. */
export interface Resolved {
  readonly at: Date;
  /** The clocks were put forward over this time: it is the same time as if they had not been, one step later. */
  readonly isShifted: boolean;
}

/** The instant of a planned local time. In a gap it moves forward by the gap, in an overlap it is the first of the two. */
export function instantOf(local: string, zone: string): Resolved {
  const planned = Temporal.PlainDateTime.from(local);
  const zoned = planned.toZonedDateTime(zone, { disambiguation: 'compatible' });
  return { at: new Date(zoned.epochMilliseconds), isShifted: !zoned.toPlainDateTime().equals(planned) };
}

/** The same time of day, day after day or week after week: each its own instant, whatever the clocks do in between. */
export function series(local: string, zone: string, { everyDays, count }: { readonly everyDays: number; readonly count: number }): Date[] {
  const first = Temporal.PlainDateTime.from(local);
  return Array.from({ length: count }, (_, i) => instantOf(first.add({ days: i * everyDays }).toString(), zone).at);
}

/** The first instant of a day, and the first that is no longer of it: what is valid until a day ends there. */
export const startOfDay = (day: string, zone: string): Date =>
  new Date(Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone }).epochMilliseconds);
export const endOfDay = (day: string, zone: string): Date => startOfDay(Temporal.PlainDate.from(day).add({ days: 1 }).toString(), zone);

/** What the clocks of a zone show at an instant: `2027-05-03T09:00:00`. */
export const localIn = (zone: string, at: Date): string => zonedIn(zone, at).toPlainDateTime().toString({ smallestUnit: 'second' });

/** The day it is in a zone. */
export const dayIn = (zone: string, at: Date): string => zonedIn(zone, at).toPlainDate().toString();

const zonedIn = (zone: string, at: Date) => Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);

const zones = new Set<string>();

/** Whether it is the name of an IANA time zone, today's names (`Asia/Kolkata`) and those of before (`Asia/Calcutta`) alike. */
export function isZoneName(name: string): boolean {
  if (zones.has(name)) return true;
  if (name.length > 64 || !/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
  } catch {
    return false;
  }
  if (zones.size < 1000) zones.add(name);
  return true;
}

const units = ['week', 'month', 'quarter', 'year', 'fiscal_period', 'fiscal_quarter', 'fiscal_year'] as const;
type Unit = (typeof units)[number] | 'day';

const fiscalUnits: ReadonlyMap<string, FiscalUnit> = new Map([
  ['fiscal_period', 'period'],
  ['fiscal_quarter', 'quarter'],
  ['fiscal_year', 'year'],
]);

/** Spans of days as people say them, seen from now. */
export const spanWords = [
  'yesterday',
  'today',
  'tomorrow',
  ...units.flatMap((unit) => [`last_${unit}`, `this_${unit}`, `next_${unit}`] as const),
] as const;
export type SpanWord = (typeof spanWords)[number];

const spans: ReadonlyMap<string, readonly [Unit, number]> = new Map<string, readonly [Unit, number]>([
  ['yesterday', ['day', -1]],
  ['today', ['day', 0]],
  ['tomorrow', ['day', 1]],
  ...units.flatMap((unit): (readonly [string, readonly [Unit, number]])[] => [
    [`last_${unit}`, [unit, -1]],
    [`this_${unit}`, [unit, 0]],
    [`next_${unit}`, [unit, 1]],
  ]),
]);

export const isSpanWord = (word: unknown): word is SpanWord => typeof word === 'string' && spans.has(word);

/** Where somebody stands when he says "this week". */
export interface Viewpoint {
  readonly now: Date;
  readonly zone: string;
  /** 1 is Monday, 7 is Sunday. */
  readonly weekStart: number;
  /** How his company divides its years; by calendar years where that is not said. */
  readonly fiscal?: FiscalCalendar | undefined;
}

/** First day of a span, and the first day after it. */
export function daysOf(word: SpanWord, { now, zone, weekStart, fiscal }: Viewpoint): { readonly from: string; readonly to: string } {
  const [unit, offset] = spans.get(word) ?? ['day', 0];
  const today = zonedIn(zone, now).toPlainDate();
  const fiscalUnit = fiscalUnits.get(unit);
  if (fiscalUnit) return fiscalDays(fiscal ?? calendarYear, today.toString(), fiscalUnit, offset);
  const from = plus(startOf(unit, today, weekStart), unit, offset);
  return { from: from.toString(), to: plus(from, unit, 1).toString() };
}

function startOf(unit: Unit, day: Temporal.PlainDate, weekStart: number): Temporal.PlainDate {
  if (unit === 'day') return day;
  if (unit === 'week') return day.subtract({ days: (day.dayOfWeek - weekStart + 7) % 7 });
  if (unit === 'month') return day.with({ day: 1 });
  return day.with({ day: 1, month: unit === 'year' ? 1 : day.month - ((day.month - 1) % 3) });
}

function plus(day: Temporal.PlainDate, unit: Unit, count: number): Temporal.PlainDate {
  if (unit === 'day') return day.add({ days: count });
  if (unit === 'week') return day.add({ weeks: count });
  if (unit === 'year') return day.add({ years: count });
  return day.add({ months: unit === 'quarter' ? 3 * count : count });
}

/** The day weeks begin on for a language of a region, `en-US`; Monday where no region is named. */
export function weekStartOf(tag: string | undefined): number {
  if (tag === undefined || !/^[a-zA-Z]{2,3}[-_][a-zA-Z-_]*[a-zA-Z]{2}$/.test(tag)) return 1;
  try {
    const locale = new Intl.Locale(tag.replaceAll('_', '-'));
    const ask: unknown = Reflect.get(locale, 'getWeekInfo');
    const info: unknown = typeof ask === 'function' ? Reflect.apply(ask, locale, []) : null;
    const first: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'firstDay') : 1;
    return typeof first === 'number' ? first : 1;
  } catch {
    return 1;
  }
}

/** Whether it is formed as tags of languages are, `de-AT`; `de_AT` is taken too. */
export const isWellFormedTag = (tag: string): boolean => /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$/.test(tag);
