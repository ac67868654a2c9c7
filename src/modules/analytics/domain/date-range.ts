import { calendarYear, fiscalStarts, type FiscalCalendar, type FiscalUnit } from '#kernel/pure/fiscal.js';
import { addUnits, endOf, stamp, startOf, type Unit, type WallClock } from './wall-clock.js';

/** First and last moment, `2017-03-01T00:00:00.000`, both included. */
export type DateRange = readonly [from: string, to: string];
type Edge = 'start' | 'end';

/** The forms `dateRangeOf` reads, for error messages. */
export const dateRangeForms =
  'Write ["2017-01-01", "2017-03-31"], "2017-01-01", "today", "yesterday", "tomorrow", "this month", "last quarter", "next 2 weeks", "last 30 days", "this fiscal quarter", "last 2 fiscal years" or "from 90 days ago to now".';

const oneUnit = /^(this|last|next) (second|minute|hour|day|week|month|quarter|year)$/;
const manyUnits = /^(last|next) (\d{1,4}) (second|minute|hour|day|week|month|quarter|year)s?$/;
const fiscal = /^(this|last|next) (?:(\d{1,4}) )?fiscal (period|quarter|year)(s?)$/;
const fromTo = /^(?:from )?(.{1,40}?) to (.{1,40})$/;
const distance = /^(\d{1,4}|a|an|one) (second|minute|hour|day|week|month|quarter|year)s? (ago|from now)$/;
const isoTime = /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d{0,3})?)?z?)?$/;
const days: Readonly<Record<string, number>> = { yesterday: -1, today: 0, now: 0, tomorrow: 1 };

/** Reads a range in words (Cube's: `last quarter`) against the clock of the asker's zone; null when it says nothing we know. */
export function dateRangeOf(words: string, now: WallClock, calendar: FiscalCalendar = calendarYear): DateRange | null {
  const text = words.trim().toLowerCase().replace(/\s+/g, ' ');
  const one = oneUnit.exec(text);
  if (one) return unitRange(now, one[1] ?? '', 1, one[2] as Unit);
  const many = manyUnits.exec(text);
  if (many) return Number(many[2]) === 0 ? null : unitRange(now, many[1] ?? '', Number(many[2]), many[3] as Unit);
  const spans = fiscal.exec(text);
  return spans ? fiscalRange(now, calendar, spans) : betweenMoments(text, now);
}

function betweenMoments(text: string, now: WallClock): DateRange | null {
  const single = edge(text, now, 'start');
  if (single) return pair(single, edge(text, now, 'end'));
  const ends = fromTo.exec(text);
  return ends ? ordered(edge(ends[1] ?? '', now, 'start'), edge(ends[2] ?? '', now, 'end')) : null;
}

/** Reads a range given as its two ends (or one day twice); null unless both are real days in order. */
export function dateRangeBetween(from: string, to: string): DateRange | null {
  return ordered(isoEdge(from.trim().toLowerCase(), 'start'), isoEdge(to.trim().toLowerCase(), 'end'));
}

/** The first day that begins at or after the moment: days are midnights. */
export function firstDayFrom(moment: string): string {
  const day = moment.slice(0, 10);
  if (moment.endsWith('T00:00:00.000')) return day;
  return stamp(addUnits(new Date(`${day}T00:00:00Z`), 1, 'day'))?.slice(0, 10) ?? day;
}

/** The last day that begins at or before the moment. */
export const lastDayUntil = (moment: string): string => moment.slice(0, 10);

function unitRange(now: WallClock, which: string, count: number, unit: Unit): DateRange | null {
  const [first, last] = spanOf(which, count);
  return pair(stamp(startOf(addUnits(now, first, unit), unit)), stamp(endOf(addUnits(now, last, unit), unit)));
}

/** Whole fiscal spans, in words like `last 2 fiscal quarters`. */
function fiscalRange(now: WallClock, calendar: FiscalCalendar, [, which = '', many, unit, plural]: RegExpExecArray): DateRange | null {
  const isOdd = many === undefined ? plural === 's' : which === 'this' || Number(many) === 0;
  if (isOdd) return null;
  const [first, last] = spanOf(which, Number(many ?? 1));
  const starts = fiscalStarts(calendar, unit as FiscalUnit);
  const today = now.toISOString().slice(0, 10);
  const current = starts.findLastIndex((day) => day <= today);
  const [from, to] = [starts[current + first], starts[current + last + 1]];
  return current >= 0 && from && to ? pair(`${from}T00:00:00.000`, stamp(new Date(Date.parse(`${to}T00:00:00Z`) - 1))) : null;
}

const spanOf = (which: string, count: number): readonly [number, number] =>
  which === 'this' ? [0, 0] : which === 'last' ? [-count, -1] : [1, count];

function edge(text: string, now: WallClock, side: Edge): string | null {
  const offset = Object.hasOwn(days, text) ? days[text] : undefined;
  if (offset !== undefined) return snapped(addUnits(now, offset, 'day'), 'day', side);
  const far = distance.exec(text);
  if (!far) return isoEdge(text, side);
  const unit = far[2] as Unit;
  const count = /^\d/.test(far[1] ?? '') ? Number(far[1]) : 1;
  const exact = unit === 'second' || unit === 'minute' || unit === 'hour' ? unit : 'day';
  return snapped(addUnits(now, far[3] === 'ago' ? -count : count, unit), exact, side);
}

function isoEdge(text: string, side: Edge): string | null {
  const match = isoTime.exec(text);
  if (!match) return null;
  const [, day = '', hour, minute = '00', second = '00', fraction = ''] = match;
  const time =
    hour === undefined ? (side === 'start' ? '00:00:00.000' : '23:59:59.999') : `${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}`;
  const at = new Date(`${day}T${time}Z`);
  // 30 February rolls over instead of failing, hence the comparison.
  return Number.isNaN(at.getTime()) || stamp(at) !== `${day}T${time}` ? null : `${day}T${time}`;
}

const snapped = (at: WallClock, unit: Unit, side: Edge) => stamp(side === 'start' ? startOf(at, unit) : endOf(at, unit));
const pair = (from: string | null, to: string | null): DateRange | null => (from && to ? [from, to] : null);
const ordered = (from: string | null, to: string | null): DateRange | null => (from && to && from <= to ? [from, to] : null);
