import fc from 'fast-check';
import {
  addWorking,
  isClockTime,
  isTimeZone,
  nextWorkingSlot,
  workingBetween,
  type BusinessCalendar,
  type WeeklyHours,
} from './business-calendar.js';

const HOUR = 3600;
const week = (days: number[], start: string, end: string): WeeklyHours[] =>
  days.map((weekday) => ({ weekday, start, end, validFrom: null, validUntil: null }));
const office = week([1, 2, 3, 4, 5], '09:00', '17:00');
const utc = (weekly: WeeklyHours[], exceptions: BusinessCalendar['exceptions'] = []): BusinessCalendar => ({
  zone: 'UTC',
  weekly,
  exceptions,
});
const at = (text: string) => new Date(`${text}:00Z`);

test('no seconds at all give the same instant, even at night', () => {
  expect(addWorking(utc(office), at('2026-05-03T23:00'), 0)).toEqual(at('2026-05-03T23:00'));
});

test('a due time that falls on the end of a day stays on that day', () => {
  expect(addWorking(utc(office), at('2026-05-04T09:00'), 8 * HOUR)).toEqual(at('2026-05-04T17:00'));
});

test('hours that overlap or touch count once', () => {
  const overlapping = utc([...week([1], '09:00', '12:00'), ...week([1], '11:00', '13:00'), ...week([1], '13:00', '14:00')]);
  expect(workingBetween(overlapping, at('2026-05-04T00:00'), at('2026-05-05T00:00'))).toBe(5 * HOUR);
});

test('a night belongs to the day on which it begins', () => {
  const nightly = week([1, 2, 3, 4, 5], '22:00', '06:00');
  const closedTuesday = { date: '2026-05-05', hours: [], cutsOvernight: false };
  const wholeWeek = [at('2026-05-04T12:00'), at('2026-05-06T12:00')] as const;
  expect(workingBetween(utc(nightly), ...wholeWeek)).toBe(16 * HOUR);
  expect(workingBetween(utc(nightly, [closedTuesday]), ...wholeWeek)).toBe(8 * HOUR);
  expect(workingBetween(utc(nightly, [{ ...closedTuesday, cutsOvernight: true }]), ...wholeWeek)).toBe(2 * HOUR);
});

test('new hours hold from their first day on and leave the past as it was', () => {
  const changed = utc([
    ...week([1], '09:00', '17:00').map((h) => ({ ...h, validUntil: '2026-05-11' })),
    ...week([1], '10:00', '12:00').map((h) => ({ ...h, validFrom: '2026-05-11' })),
  ]);
  expect(workingBetween(changed, at('2026-05-04T00:00'), at('2026-05-05T00:00'))).toBe(8 * HOUR);
  expect(workingBetween(changed, at('2026-05-11T00:00'), at('2026-05-12T00:00'))).toBe(2 * HOUR);
});

test('a calendar without hours never gets there, and says so', () => {
  expect(addWorking(utc([]), at('2026-05-04T09:00'), 1)).toBeNull();
});

test('clock times and zones are recognised', () => {
  expect(['00:00', '23:59', '24:00', '9:00', '09:60'].map(isClockTime)).toEqual([true, true, false, false, false]);
  expect(['Europe/Berlin', 'Mars/Olympus', '+02:00', ''].map(isTimeZone)).toEqual([true, false, false, false]);
});

describe('the next open slot', () => {
  const lunch = utc([...week([1, 2, 3, 4, 5], '09:00', '12:00'), ...week([1, 2, 3, 4, 5], '13:00', '17:00')]);
  test.each([
    ['2026-05-04T10:00', 1, 'now where it is open', ['2026-05-04T10:00', '2026-05-04T12:00']],
    ['2026-05-04T20:00', 1, 'the next morning at night', ['2026-05-05T09:00', '2026-05-05T12:00']],
    ['2026-05-09T10:00', 1, 'Monday on a Saturday', ['2026-05-11T09:00', '2026-05-11T12:00']],
    ['2026-05-04T09:00', 3.5, 'the afternoon where the morning is too short', ['2026-05-04T13:00', '2026-05-04T17:00']],
    ['2026-05-04T12:00', 1, 'the afternoon in the break', ['2026-05-04T13:00', '2026-05-04T17:00']],
  ])('from %s for %d h is %s', (from, hours, _, slot) => {
    const [start = '', end = ''] = slot;
    expect(nextWorkingSlot(lunch, at(from), hours * HOUR)).toEqual({ from: at(start), to: at(end) });
  });

  test('there is none where nothing is open for so long', () => {
    expect(nextWorkingSlot(lunch, at('2026-05-04T09:00'), 4.5 * HOUR)).toBeNull();
    expect(nextWorkingSlot(utc([]), at('2026-05-04T09:00'))).toBeNull();
  });

  test('holidays are no slots, and hours that touch are one', () => {
    const closed = { date: '2026-05-05', hours: [], cutsOvernight: false };
    const touching = utc([...week([1, 2, 3], '09:00', '12:00'), ...week([1, 2, 3], '12:00', '15:00')], [closed]);
    expect(nextWorkingSlot(touching, at('2026-05-04T15:00'), 6 * HOUR)).toEqual({
      from: at('2026-05-06T09:00'),
      to: at('2026-05-06T15:00'),
    });
  });

  test('a night in spring is an hour shorter', () => {
    const nightly = { zone: 'Europe/Berlin', weekly: week([6], '22:00', '06:00'), exceptions: [] };
    expect(nextWorkingSlot(nightly, at('2027-03-25T00:00'), 7 * HOUR)).toEqual({
      from: at('2027-03-27T21:00'),
      to: at('2027-03-28T04:00'),
    });
    expect(nextWorkingSlot(nightly, at('2027-03-25T00:00'), 7.5 * HOUR)).toEqual({
      from: at('2027-04-03T20:00'),
      to: at('2027-04-04T04:00'),
    });
  });

  test('who is open around the clock is told a week', () => {
    const always = utc(week([1, 2, 3, 4, 5, 6, 7], '00:00', '00:00'));
    expect(nextWorkingSlot(always, at('2026-05-04T10:30'), 100 * HOUR)).toEqual({
      from: at('2026-05-04T10:30'),
      to: at('2026-05-12T00:00'),
    });
  });
});

test('what is added can be counted again, in any zone and across any change of the clocks', () => {
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC');
  const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
  const hours = fc.record({
    weekday: fc.integer({ min: 1, max: 7 }),
    start: time,
    end: time,
    validFrom: fc.constant(null),
    validUntil: fc.constant(null),
  });
  const start = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(
      zones,
      fc.array(hours, { minLength: 1, maxLength: 8 }),
      start,
      fc.integer({ min: 0, max: 200 * HOUR }),
      (zone, weekly, from, seconds) => {
        const calendar = { zone, weekly, exceptions: [] };
        const until = addWorking(calendar, from, seconds);
        // A minute a week may lie in a spring gap for good; no other calendar runs dry.
        return until === null || workingBetween(calendar, from, until) === seconds;
      },
    ),
    { numRuns: 150 },
  );
});
