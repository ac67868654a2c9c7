import { dateRangeBetween, dateRangeOf, firstDayFrom, lastDayUntil } from './date-range.js';
import { wallClock } from './wall-clock.js';

// A Thursday.
const now = new Date('2026-03-05T14:30:10Z');

test.each([
  ['today', '2026-03-05T00:00:00.000', '2026-03-05T23:59:59.999'],
  ['Yesterday', '2026-03-04T00:00:00.000', '2026-03-04T23:59:59.999'],
  ['tomorrow', '2026-03-06T00:00:00.000', '2026-03-06T23:59:59.999'],
  ['this week', '2026-03-02T00:00:00.000', '2026-03-08T23:59:59.999'],
  ['last week', '2026-02-23T00:00:00.000', '2026-03-01T23:59:59.999'],
  ['this month', '2026-03-01T00:00:00.000', '2026-03-31T23:59:59.999'],
  ['last month', '2026-02-01T00:00:00.000', '2026-02-28T23:59:59.999'],
  ['last quarter', '2025-10-01T00:00:00.000', '2025-12-31T23:59:59.999'],
  ['this year', '2026-01-01T00:00:00.000', '2026-12-31T23:59:59.999'],
  ['next  year', '2027-01-01T00:00:00.000', '2027-12-31T23:59:59.999'],
  ['last 30 days', '2026-02-03T00:00:00.000', '2026-03-04T23:59:59.999'],
  ['last 2 quarters', '2025-07-01T00:00:00.000', '2025-12-31T23:59:59.999'],
  ['next 3 months', '2026-04-01T00:00:00.000', '2026-06-30T23:59:59.999'],
  ['last 2 hours', '2026-03-05T12:00:00.000', '2026-03-05T13:59:59.999'],
  ['from 90 days ago to now', '2025-12-05T00:00:00.000', '2026-03-05T23:59:59.999'],
  ['from 7 days ago to 7 days from now', '2026-02-26T00:00:00.000', '2026-03-12T23:59:59.999'],
  ['from 2 hours ago to 1 hour ago', '2026-03-05T12:00:00.000', '2026-03-05T13:59:59.999'],
  ['2017-01-01 to 2017-03-31', '2017-01-01T00:00:00.000', '2017-03-31T23:59:59.999'],
  ['2017-03-01', '2017-03-01T00:00:00.000', '2017-03-01T23:59:59.999'],
])('reads "%s"', (words, from, to) => {
  expect(dateRangeOf(words, now)).toEqual([from, to]);
});

test.each([
  '',
  'soon',
  'last 0 days',
  'last fortnight',
  '2017-02-30',
  'from tomorrow to yesterday',
  "last week'; drop table x --",
  'constructor',
  'last 9999 years',
])('does not guess at "%s"', (words) => {
  expect(dateRangeOf(words, now)).toBeNull();
});

test('the last day of a longer month becomes the last day of the shorter one', () => {
  expect(dateRangeOf('last month', new Date('2026-03-31T12:00:00Z'))).toEqual(['2026-02-01T00:00:00.000', '2026-02-28T23:59:59.999']);
});

test('which day it is depends on the zone of the asker', () => {
  const late = new Date('2026-03-05T23:30:00Z');
  expect(dateRangeOf('today', wallClock(late, 'Europe/Berlin'))?.[0]).toBe('2026-03-06T00:00:00.000');
  expect(dateRangeOf('today', wallClock(late, 'America/New_York'))?.[0]).toBe('2026-03-05T00:00:00.000');
});

const july = { kind: 'months', firstMonth: 7 } as const;
const weeks = { kind: 'weeks', pattern: '4-4-5', lastMonth: 9, lastWeekday: 6, ends: 'last' } as const;

test.each([
  ['this fiscal year', july, '2025-07-01', '2026-06-30'],
  ['This Fiscal Quarter', july, '2026-01-01', '2026-03-31'],
  ['next fiscal period', july, '2026-04-01', '2026-04-30'],
  ['last 5 fiscal quarters', july, '2024-10-01', '2025-12-31'],
  ['next 1 fiscal year', july, '2026-07-01', '2027-06-30'],
  ['this fiscal year', weeks, '2025-09-28', '2026-09-26'],
  ['this fiscal quarter', weeks, '2025-12-28', '2026-03-28'],
  ['this fiscal period', weeks, '2026-02-22', '2026-03-28'],
  ['last fiscal period', weeks, '2026-01-25', '2026-02-21'],
  ['last 2 fiscal years', weeks, '2023-10-01', '2025-09-27'],
])('reads "%s" as the company divides its years', (words, calendar, from, to) => {
  expect(dateRangeOf(words, now, calendar)).toEqual([`${from}T00:00:00.000`, `${to}T23:59:59.999`]);
});

test.each([
  'this 2 fiscal quarters',
  'last 0 fiscal years',
  'last 9999 fiscal years',
  'this fiscal week',
  'last fiscal quarters',
  'fiscal year',
])('does not guess at "%s"', (words) => {
  expect(dateRangeOf(words, now, july)).toBeNull();
});

test('a fiscal year of the calendar is the calendar year', () => {
  for (const unit of ['quarter', 'year'])
    for (const which of ['this', 'last', 'next'])
      expect(dateRangeOf(`${which} fiscal ${unit}`, now)).toEqual(dateRangeOf(`${which} ${unit}`, now));
});

test('two ends make a range when they are real days in order', () => {
  expect(dateRangeBetween('2017-01-01', '2017-03-31T12:00:00Z')).toEqual(['2017-01-01T00:00:00.000', '2017-03-31T12:00:00.000']);
  expect(dateRangeBetween('2017-03-31', '2017-01-01')).toBeNull();
  expect(dateRangeBetween('2017-13-01', '2017-14-01')).toBeNull();
});

test('a moment within a day starts with the next day and ends with its own', () => {
  expect(firstDayFrom('2017-03-01T00:00:00.000')).toBe('2017-03-01');
  expect(firstDayFrom('2017-12-31T00:00:00.001')).toBe('2018-01-01');
  expect(lastDayUntil('2017-03-01T00:00:00.000')).toBe('2017-03-01');
});
