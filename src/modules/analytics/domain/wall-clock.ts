/**
 * A time as the wall clock of some zone shows it, kept in a Date whose UTC fields are that clock's fields.
 * Never compare one with a real instant.
 */
export type WallClock = Date;
export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** What the clocks of `zone` show at `now`. */
export function wallClock(now: Date, zone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  return new Date(
    Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0, part['second'] ?? 0),
  );
}

const milliseconds = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;
const months = { month: 1, quarter: 3, year: 12 } as const;

/** `n` units later, or earlier when negative. The 31st becomes the last day of a shorter month. */
export function addUnits(at: WallClock, n: number, unit: Unit): WallClock {
  if (unit !== 'month' && unit !== 'quarter' && unit !== 'year') return new Date(at.getTime() + n * milliseconds[unit]);
  const moved = new Date(at);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + n * months[unit]);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(at.getUTCDate(), lastDay));
  return moved;
}

/** The first moment of the unit `at` falls in. Weeks begin on Monday. */
export function startOf(at: WallClock, unit: Unit): WallClock {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (unit) {
    case 'year':
      return new Date(Date.UTC(year, 0, 1));
    case 'quarter':
      return new Date(Date.UTC(year, month - (month % 3), 1));
    case 'month':
      return new Date(Date.UTC(year, month, 1));
    case 'week':
      return new Date(Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7)));
    default:
      return new Date(at.getTime() - (at.getTime() % milliseconds[unit]));
  }
}

/** The last millisecond of the unit `at` falls in. */
export const endOf = (at: WallClock, unit: Unit): WallClock => new Date(addUnits(startOf(at, unit), 1, unit).getTime() - 1);

/** `2017-03-01T00:00:00.000`, or null outside the years 1 to 9999, which PostgreSQL and clients read differently. */
export function stamp(at: WallClock): string | null {
  const year = at.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9999 ? null : at.toISOString().slice(0, 23);
}
