import { Temporal } from 'temporal-polyfill';

/** Opening hours in local wall time, `HH:mm`. An end at or before the start falls on the next day; `00:00`–`00:00` is the whole day. */
export interface Hours {
  readonly start: string;
  readonly end: string;
}

export interface WeeklyHours extends Hours {
  /** 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
  /** First and, exclusive, last day on which these hours hold; null is for ever. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
}

/** A day that differs from the week: a holiday, a half day. */
export interface CalendarException {
  readonly date: string;
  /** None: closed all day. */
  readonly hours: readonly Hours[];
  /** Hours that began the evening before end at midnight, too. */
  readonly cutsOvernight: boolean;
}

export interface BusinessCalendar {
  readonly zone: string;
  readonly weekly: readonly WeeklyHours[];
  readonly exceptions: readonly CalendarException[];
}

/** Open time between two instants, in milliseconds since the epoch. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** How far a calendar is unrolled before it counts as exhausted. */
const HORIZON_DAYS = 4000;
const DAY_MS = 86_400_000;
const LONGEST_SLOT_MS = 7 * DAY_MS;

/** The first instant at which `seconds` of open time have passed since `from`; null when the next 4,000 days do not hold as much. Zero seconds give `from`, even outside the hours. */
export function addWorking(calendar: BusinessCalendar, from: Date, seconds: number): Date | null {
  let rest = Math.round(seconds * 1000);
  if (rest <= 0) return from;
  for (const span of openSpans(calendar, from.getTime(), from.getTime() + HORIZON_DAYS * DAY_MS)) {
    const length = span.to - span.from;
    if (rest <= length) return new Date(span.from + rest);
    rest -= length;
  }
  return null;
}

/** Open time between two instants in elapsed seconds; zero when `to` is not after `from`. */
export function workingBetween(calendar: BusinessCalendar, from: Date, to: Date): number {
  let ms = 0;
  for (const span of openSpans(calendar, from.getTime(), to.getTime())) ms += span.to - span.from;
  return ms / 1000;
}

/** A stretch of open time. */
export interface Slot {
  readonly from: Date;
  readonly to: Date;
}

/** The first stretch of open time of at least so many seconds without a break, from `from` on; null when the next 4,000 days have none. */
export function nextWorkingSlot(calendar: BusinessCalendar, from: Date, seconds = 0): Slot | null {
  const enough = Math.max(1, Math.round(seconds * 1000));
  const spans = openSpans(calendar, from.getTime(), from.getTime() + HORIZON_DAYS * DAY_MS);
  for (const span of joined(spans, Math.max(enough, LONGEST_SLOT_MS)))
    if (span.to - span.from >= enough) return { from: new Date(span.from), to: new Date(span.to) };
  return null;
}

/** Spans that touch are one. It ends where it is `longest`: of who is open around the clock nobody asks for how long. */
function* joined(spans: Iterable<Span>, longest: number): Generator<Span> {
  let open: Span | null = null;
  for (const span of spans) {
    if (open !== null && open.to < span.from) {
      yield open;
      open = null;
    }
    open = longer(open, span);
    if (open.to - open.from < longest) continue;
    yield open;
    open = null;
  }
  if (open !== null) yield open;
}

const longer = (span: Span | null, { from, to }: Span): Span => ({ from: span?.from ?? from, to });

/** Open spans within [from, to), in order and without overlap. */
function* openSpans(calendar: BusinessCalendar, from: number, to: number): Generator<Span> {
  if (to <= from) return;
  const hoursOn = hoursByDay(calendar);
  let covered = from;
  // The day before may reach into this one.
  let day = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(calendar.zone).toPlainDate().subtract({ days: 1 });
  const last = Temporal.Instant.fromEpochMilliseconds(to).toZonedDateTimeISO(calendar.zone).toPlainDate();
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    for (const span of spansOf(calendar, day, hoursOn)) {
      const clipped = { from: Math.max(span.from, covered), to: Math.min(span.to, to) };
      if (clipped.from < clipped.to) yield clipped;
      covered = Math.max(covered, span.to);
    }
  }
}

type HoursOn = (day: Temporal.PlainDate) => { hours: readonly Hours[]; exception: CalendarException | undefined };

function hoursByDay({ weekly, exceptions }: BusinessCalendar): HoursOn {
  const byDate = new Map(exceptions.map((e) => [e.date, e]));
  return (day) => {
    const date = day.toString();
    const exception = byDate.get(date);
    const holds = (h: WeeklyHours) =>
      h.weekday === day.dayOfWeek && (h.validFrom === null || h.validFrom <= date) && (h.validUntil === null || date < h.validUntil);
    return { hours: exception?.hours ?? weekly.filter(holds), exception };
  };
}

/** The spans that begin on `day`, earliest first; the night's part belongs to the day on which it begins. */
function spansOf({ zone }: BusinessCalendar, day: Temporal.PlainDate, hoursOn: HoursOn): Span[] {
  const { hours } = hoursOn(day);
  if (hours.length === 0) return [];
  const next = day.add({ days: 1 });
  const overnightEnd = hoursOn(next).exception?.cutsOvernight === true ? startOf(next, '00:00', zone) : Infinity;
  return hours
    .map(({ start, end }) => {
      const overnight = end <= start;
      const to = endOf(overnight ? next : day, end, zone);
      return { from: startOf(day, start, zone), to: overnight ? Math.min(to, overnightEnd) : to };
    })
    .sort((a, b) => a.from - b.from);
}

const startOf = (day: Temporal.PlainDate, time: string, zone: string) => boundary(day, time, zone, 'earlier');
const endOf = (day: Temporal.PlainDate, time: string, zone: string) => boundary(day, time, zone, 'later');

/** Where the clocks go back, hours begin at the first and end at the second of two equal times; a time the clocks jump over is the jump itself. */
function boundary(day: Temporal.PlainDate, time: string, zone: string, disambiguation: 'earlier' | 'later'): number {
  const local = day.toPlainDateTime(time);
  const zoned = local.toZonedDateTime(zone, { disambiguation });
  if (zoned.toPlainDateTime().equals(local)) return zoned.epochMilliseconds;
  const jump = local.toZonedDateTime(zone, { disambiguation: 'earlier' }).getTimeZoneTransition('next');
  return (jump ?? zoned).epochMilliseconds;
}

/** `HH:mm` on a 24-hour clock. */
export const isClockTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

/** Whether `zone` is an IANA time zone this runtime knows. */
export function isTimeZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return /^[A-Za-z]/.test(zone);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
