import { Temporal } from 'temporal-polyfill';

/** `now` less a duration. Days are 24 hours here: windows look back over time, not over calendars. */
export function before(now: Date, duration: string): Date {
  const { days, weeks, hours, minutes, seconds } = Temporal.Duration.from(duration);
  return new Date(now.getTime() - ((((days + weeks * 7) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}

/** `start` plus a duration. Days and weeks keep the clock on the wall of `zone`; hours and less are exact. */
export function after(start: Date, duration: string, zone: string): Date {
  const local = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(zone);
  return new Date(local.add(Temporal.Duration.from(duration)).epochMilliseconds);
}

export interface LocalTime {
  /** `09:00`. */
  readonly time: string;
  /** 1 is Monday; any day when left out. */
  readonly weekdays?: readonly number[];
}

/**
 * The next moment, `now` included, at which clocks in `zone` show `time`. A time a clock change skips is shifted
 * forward once; of one that comes twice the first is meant.
 */
export function nextLocalTime(now: Date, { time, weekdays }: LocalTime, zone: string): Date {
  const here = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone);
  const clock = Temporal.PlainTime.from(time);
  for (let days = 0; days <= 8; days += 1) {
    const day = here.toPlainDate().add({ days });
    if (weekdays && !weekdays.includes(day.dayOfWeek)) continue;
    const moment = day.toZonedDateTime({ timeZone: zone, plainTime: clock }).epochMilliseconds;
    if (moment >= now.getTime()) return new Date(moment);
  }
  throw new RangeError(`No ${time} within a week in ${zone}`);
}

/** Whether this machine's time zone database knows the zone. */
export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

/** Client time set right by how far the client's clock was off when it sent; later than five minutes from now is not believed. */
export function occurrence({ occurredAt, sentAt }: { occurredAt: Date | null; sentAt: Date | null }, receivedAt: Date): Date {
  if (!occurredAt) return receivedAt;
  const offset = sentAt ? receivedAt.getTime() - sentAt.getTime() : 0;
  const moment = occurredAt.getTime() + offset;
  return moment > receivedAt.getTime() + 5 * 60_000 ? receivedAt : new Date(moment);
}
