import { Temporal } from 'temporal-polyfill';

/** Lengths of the three periods of a quarter in weeks. */
export const weekPatterns = ['4-4-5', '4-5-4', '5-4-4'] as const;
export type WeekPattern = (typeof weekPatterns)[number];

/** A year of twelve months from some month on. Named after the year it ends in, or begins in where it begins in January. */
export interface MonthYear {
  readonly kind: 'months';
  /** 1 is January. */
  readonly firstMonth: number;
}

/** A year of 52 or 53 whole weeks, named after the calendar year its last month lies in. */
export interface WeekYear {
  readonly kind: 'weeks';
  readonly pattern: WeekPattern;
  /** Month the year ends in, 1 is January. */
  readonly lastMonth: number;
  /** Day of the week the year ends on, 1 is Monday. */
  readonly lastWeekday: number;
  /** `last`: on the last such day of the month. `nearest`: on the one nearest to the end of the month, be it in the next. */
  readonly ends: 'last' | 'nearest';
}
export type FiscalCalendar = MonthYear | WeekYear;

/** How the years of a company are divided that has not said so. */
export const calendarYear: FiscalCalendar = { kind: 'months', firstMonth: 1 };

/** Whether what came from outside is one. */
export function isFiscalCalendar(value: unknown): value is FiscalCalendar {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, firstMonth, pattern, lastMonth, lastWeekday, ends } = value as Record<string, unknown>;
  if (kind === 'months') return isWithin(firstMonth, 12);
  return (
    kind === 'weeks' && weekPatterns.some((one) => one === pattern) && isWithin(lastMonth, 12) && isWithin(lastWeekday, 7) && isEnd(ends)
  );
}

const isWithin = (value: unknown, most: number) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
const isEnd = (value: unknown) => value === 'last' || value === 'nearest';

/** Days from `from` up to and without `to`. */
export interface Days {
  readonly from: string;
  readonly to: string;
}
export interface FiscalYear extends Days {
  readonly year: number;
  readonly quarters: readonly Days[];
  /** Twelve of them. */
  readonly periods: readonly Days[];
}

/** All periods of a fiscal year: each begins where the one before ends. A 53rd week belongs to the last one. */
export function fiscalYear(calendar: FiscalCalendar, year: number): FiscalYear {
  const starts = calendar.kind === 'months' ? monthStarts(calendar, year) : weekStarts(calendar, year);
  const periods = starts.slice(0, 12).map((from, i) => ({ from: text(from), to: text(starts[i + 1]) }));
  const quarters = [0, 3, 6, 9].map((first) => ({ from: text(starts[first]), to: text(starts[first + 3]) }));
  return { year, from: text(starts[0]), to: text(starts[12]), quarters, periods };
}

/** Where a day lies: its fiscal year, and quarter and period of that, counted from 1. */
export function fiscalPlace(
  calendar: FiscalCalendar,
  day: string,
): { readonly year: number; readonly quarter: number; readonly period: number } {
  const guess = Temporal.PlainDate.from(day).year;
  const found = [guess - 1, guess, guess + 1].map((year) => fiscalYear(calendar, year)).find(({ from, to }) => from <= day && day < to);
  if (!found) throw new RangeError(`No fiscal year holds ${day}.`);
  const period = found.periods.findIndex(({ to }) => day < to) + 1;
  return { year: found.year, quarter: Math.ceil(period / 3), period };
}

export type FiscalUnit = 'period' | 'quarter' | 'year';

/** The period, quarter or year a day lies in, or the one so many before or after it. */
export function fiscalDays(calendar: FiscalCalendar, day: string, unit: FiscalUnit, offset: number): Days {
  const { year } = fiscalPlace(calendar, day);
  const around = [year - 1, year, year + 1].map((one) => fiscalYear(calendar, one));
  const all = around.flatMap((one): readonly Days[] => (unit === 'year' ? [one] : unit === 'quarter' ? one.quarters : one.periods));
  const found = all[all.findIndex(({ from, to }) => from <= day && day < to) + offset];
  if (!found) throw new RangeError(`No fiscal ${unit} lies ${offset} from ${day}.`);
  return { from: found.from, to: found.to };
}

const mostKept = 100;
const keptStarts = new Map<string, readonly string[]>();

/** First days of all spans from 1950 to 2100, and the day behind the last of them. */
export function fiscalStarts(calendar: FiscalCalendar, unit: FiscalUnit): readonly string[] {
  const key = JSON.stringify([calendar, unit]);
  const known = keptStarts.get(key) ?? startsOf(calendar, unit);
  if (keptStarts.size >= mostKept) keptStarts.clear();
  keptStarts.set(key, known);
  return known;
}

function startsOf(calendar: FiscalCalendar, unit: FiscalUnit): string[] {
  const years = Array.from({ length: 151 }, (_, i) => fiscalYear(calendar, 1950 + i));
  const spans = years.flatMap((one): readonly Days[] => (unit === 'year' ? [one] : unit === 'quarter' ? one.quarters : one.periods));
  return [...spans.map(({ from }) => from), years.at(-1)?.to ?? ''];
}

const text = (day: Temporal.PlainDate | undefined): string => String(day);

function monthStarts({ firstMonth }: MonthYear, year: number): Temporal.PlainDate[] {
  const first = Temporal.PlainDate.from({ year: firstMonth === 1 ? year : year - 1, month: firstMonth, day: 1 });
  return Array.from({ length: 13 }, (_, i) => first.add({ months: i }));
}

function weekStarts(calendar: WeekYear, year: number): Temporal.PlainDate[] {
  const starts = [endOfYear(calendar, year - 1).add({ days: 1 })];
  const weeks = calendar.pattern.split('-').map(Number);
  for (const length of [...weeks, ...weeks, ...weeks, ...weeks].slice(0, 11))
    starts.push((starts.at(-1) as Temporal.PlainDate).add({ weeks: length }));
  return [...starts, endOfYear(calendar, year).add({ days: 1 })];
}

function endOfYear({ lastMonth, lastWeekday, ends }: WeekYear, year: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month: lastMonth, day: 1 });
  const last = first.with({ day: first.daysInMonth });
  const back = (last.dayOfWeek - lastWeekday + 7) % 7;
  return ends === 'nearest' && back > 3 ? last.add({ days: 7 - back }) : last.subtract({ days: back });
}
