import { Temporal } from 'temporal-polyfill';
import { addWorking, workingBetween, type BusinessCalendar, type CalendarException, type Hours } from './business-calendar.js';
import { crossing, dueAt, floorAfterChange, consumed, type SlaClock, type Stretch } from './sla-clock.js';

const HOUR = 3600;
const WEEKDAYS = [1, 2, 3, 4, 5];
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const calendar = (zone: string, days: number[], hours: Hours[], exceptions: CalendarException[] = []): BusinessCalendar => ({
  zone,
  weekly: days.flatMap((weekday) => hours.map((h) => ({ weekday, ...h, validFrom: null, validUntil: null }))),
  exceptions,
});
const closed = (date: string): CalendarException => ({ date, hours: [], cutsOvernight: false });
const in_ = (zone: string) => (local: string) => new Date(Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds);
const berlin = in_('Europe/Berlin');

const OFFICE = [{ start: '09:00', end: '17:00' }];
const WHOLE_DAY = [{ start: '00:00', end: '00:00' }];
const B = calendar('Europe/Berlin', WEEKDAYS, OFFICE);
const EASTER = calendar('Europe/Berlin', WEEKDAYS, OFFICE, [closed('2026-04-03'), closed('2026-04-06')]);

const run = (from: Date, to: Date | null = null): Stretch => ({ from, to, runs: true });
const pause = (from: Date, to: Date | null = null): Stretch => ({ from, to, runs: false });
const clock = (hours: number, stretches: Stretch[], measure: BusinessCalendar = B): SlaClock => ({
  startedAt: stretches[0]?.from ?? new Date(0),
  stoppedAt: null,
  targetSeconds: hours * HOUR,
  floorSeconds: null,
  measure,
  stretches,
});

test('L14 V1: eight hours over the weekend on which summer time begins', () => {
  expect(addWorking(B, berlin('2026-03-27T16:00'), 8 * HOUR)).toEqual(new Date('2026-03-30T14:00:00Z'));
});

test('L14 V2: a day round the clock is 24 real hours, even when the local day has 23', () => {
  const always = calendar('Europe/Berlin', EVERY_DAY, WHOLE_DAY);
  expect(addWorking(always, berlin('2026-03-28T12:00'), 24 * HOUR)).toEqual(new Date('2026-03-29T11:00:00Z'));
});

test('L14 V3: a night shift loses an hour in March and gains one in October', () => {
  const nightly = calendar('Europe/Berlin', EVERY_DAY, [{ start: '22:00', end: '06:00' }]);
  expect(workingBetween(nightly, berlin('2026-03-28T12:00'), berlin('2026-03-29T12:00'))).toBe(7 * HOUR);
  expect(workingBetween(nightly, berlin('2026-10-24T12:00'), berlin('2026-10-25T12:00'))).toBe(9 * HOUR);
});

test('L14 V4: an hour that starts in the lunch break', () => {
  const split = calendar('Europe/Berlin', WEEKDAYS, [
    { start: '08:00', end: '12:00' },
    { start: '13:30', end: '18:00' },
  ]);
  expect(addWorking(split, berlin('2026-05-06T12:30'), HOUR)).toEqual(berlin('2026-05-06T14:30'));
});

test('L14 V5: four hours across Good Friday and Easter Monday', () => {
  expect(addWorking(EASTER, berlin('2026-04-02T16:30'), 4 * HOUR)).toEqual(berlin('2026-04-07T12:30'));
});

test('L14 V6: a half day on Christmas Eve', () => {
  const half: CalendarException = { date: '2026-12-24', hours: [{ start: '09:00', end: '12:00' }], cutsOvernight: false };
  const xmas = calendar('Europe/Berlin', WEEKDAYS, OFFICE, [half, closed('2026-12-25')]);
  expect(addWorking(xmas, berlin('2026-12-23T16:00'), 5 * HOUR)).toEqual(berlin('2026-12-28T10:00'));
});

test('L14 V7: a pause overnight moves the due time by its working hours', () => {
  const stretches = [
    run(berlin('2026-05-04T09:00'), berlin('2026-05-04T11:00')),
    pause(berlin('2026-05-04T11:00'), berlin('2026-05-05T10:00')),
    run(berlin('2026-05-05T10:00')),
  ];
  expect(consumed(clock(8, stretches), berlin('2026-05-05T10:00'))).toBe(2 * HOUR);
  expect(dueAt(clock(8, stretches))).toEqual(berlin('2026-05-05T16:00'));
});

test('L14 V8: a pause outside the hours changes nothing', () => {
  const start = berlin('2026-05-04T09:00');
  const paused = [
    run(start, berlin('2026-05-04T17:00')),
    pause(berlin('2026-05-04T17:00'), berlin('2026-05-05T09:00')),
    run(berlin('2026-05-05T09:00')),
  ];
  expect(dueAt(clock(12, paused))).toEqual(berlin('2026-05-05T13:00'));
  expect(dueAt(clock(12, [run(start)]))).toEqual(dueAt(clock(12, paused)));
});

test('L14 V9a: a more urgent priority keeps the time that has passed', () => {
  const changed = clock(4, [run(berlin('2026-05-04T09:00'))]);
  expect(floorAfterChange(changed, berlin('2026-05-04T12:00'), HOUR / 2)).toBeNull();
  expect(dueAt(changed)).toEqual(berlin('2026-05-04T13:00'));
});

test('L14 V9b: a target tightened when it is already missed grants the grace', () => {
  const changed = clock(4, [run(berlin('2026-05-04T09:00'))]);
  const changedAt = berlin('2026-05-04T15:00');
  expect(consumed(changed, changedAt)).toBe(6 * HOUR);
  expect(dueAt(changed)).toEqual(berlin('2026-05-04T13:00'));
  const floorSeconds = floorAfterChange(changed, changedAt, HOUR / 2);
  expect(floorSeconds).toBe(6.5 * HOUR);
  expect(dueAt({ ...changed, floorSeconds })).toEqual(berlin('2026-05-04T15:30'));
});

test('L14 V10: a reopened case goes on with the time that was left', () => {
  const stretches = [
    run(berlin('2026-05-04T09:00'), berlin('2026-05-05T11:00')),
    pause(berlin('2026-05-05T11:00'), berlin('2026-05-07T14:00')),
    run(berlin('2026-05-07T14:00')),
  ];
  expect(consumed(clock(16, stretches), berlin('2026-05-06T00:00'))).toBe(10 * HOUR);
  expect(dueAt(clock(16, stretches))).toEqual(berlin('2026-05-08T12:00'));
});

test('L14 V11: warnings at 75 % and one hour before lie on the clock’s own axis', () => {
  const v1 = clock(8, [run(berlin('2026-03-27T16:00'))]);
  expect(crossing(v1, 0.75 * 8 * HOUR)).toEqual(berlin('2026-03-30T14:00'));
  expect(crossing(v1, 8 * HOUR - HOUR)).toEqual(berlin('2026-03-30T15:00'));
});

test('L14 V12: one hour before a due time early in the day is the same morning, not midnight', () => {
  const long = calendar('Europe/Berlin', WEEKDAYS, [{ start: '08:00', end: '18:00' }]);
  const c = clock(4, [run(berlin('2026-05-04T17:00'))], long);
  expect(dueAt(c)).toEqual(berlin('2026-05-05T11:00'));
  expect(crossing(c, 3 * HOUR)).toEqual(berlin('2026-05-05T10:00'));
});

test('L14 V13: hours inside the change of the clocks', () => {
  const sunday = calendar('Europe/Berlin', [7], [{ start: '02:30', end: '03:30' }]);
  expect(workingBetween(sunday, berlin('2026-10-25T00:00'), berlin('2026-10-26T00:00'))).toBe(2 * HOUR);
  expect(workingBetween(sunday, berlin('2026-03-29T00:00'), berlin('2026-03-30T00:00'))).toBe(HOUR / 2);
});

test('L14 V14: the clocks of New York go back on another weekend', () => {
  const newYork = in_('America/New_York');
  const office = calendar('America/New_York', WEEKDAYS, OFFICE);
  expect(addWorking(office, newYork('2026-10-30T16:00'), 4 * HOUR)).toEqual(new Date('2026-11-02T17:00:00Z'));
});

test('L14 V15: Lord Howe moves its clocks by half an hour', () => {
  const lordHowe = in_('Australia/Lord_Howe');
  const always = calendar('Australia/Lord_Howe', EVERY_DAY, WHOLE_DAY);
  expect(workingBetween(always, lordHowe('2026-04-05T00:00'), lordHowe('2026-04-06T00:00'))).toBe(24.5 * HOUR);
});

test('L14 V16: a case of Easter Saturday is due on Tuesday', () => {
  expect(addWorking(EASTER, berlin('2026-04-04T11:00'), HOUR)).toEqual(berlin('2026-04-07T10:00'));
});
