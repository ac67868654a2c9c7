import fc from 'fast-check';
import type { BusinessCalendar } from './business-calendar.js';
import { dueAt, explain, remaining, type SlaClock, type Stretch } from './sla-clock.js';
import { readTimer, stopTimer } from './timer-state.js';

const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);
const office: BusinessCalendar = {
  zone: 'Europe/Berlin',
  weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00', validFrom: null, validUntil: null })),
  exceptions: [],
};
const hour = (stretches: Stretch[]): SlaClock => ({
  startedAt: at('09:00'),
  stoppedAt: null,
  targetSeconds: 3600,
  floorSeconds: null,
  measure: 'wall',
  stretches,
});
const running = hour([{ from: at('09:00'), to: null, runs: true }]);
const waiting = hour([
  { from: at('09:00'), to: at('09:40'), runs: true },
  { from: at('09:40'), to: null, runs: false },
]);

test('a clock that stands still has no due time and keeps what is left', () => {
  expect(readTimer(waiting, null, at('12:00'))).toEqual({ state: 'paused', dueAt: null, breachedAt: null });
  expect(remaining(waiting, at('12:00'))).toBe(20 * 60);
});

test('the due minute itself is a breach, at the due time however late it is noticed', () => {
  expect(readTimer(running, null, at('09:59')).state).toBe('running');
  expect(readTimer(running, null, at('10:00'))).toEqual({ state: 'breached_running', dueAt: at('10:00'), breachedAt: at('10:00') });
  expect(readTimer(running, null, at('13:00')).breachedAt).toEqual(at('10:00'));
});

test('a breach stays when the target is loosened afterwards', () => {
  expect(readTimer({ ...running, targetSeconds: 7200 }, at('10:00'), at('10:30'))).toMatchObject({
    state: 'breached_running',
    dueAt: at('11:00'),
  });
});

test('an answer within the target meets it, a later one is late by the difference', () => {
  expect(stopTimer(running, null, at('10:00'))).toMatchObject({ state: 'met', breachedAt: null, corrected: false });
  expect(stopTimer(running, null, at('10:05'))).toMatchObject({ state: 'met_late', breachedAt: at('10:00'), overrunSeconds: 300 });
});

test('an answer sent in time corrects a breach that was found before it was recorded', () => {
  expect(stopTimer(running, at('10:00'), at('09:59'))).toMatchObject({ state: 'met', breachedAt: null, corrected: true });
});

test('resolving a waiting case subtracts the wait first', () => {
  expect(stopTimer(waiting, null, at('15:00'))).toMatchObject({ state: 'met' });
});

test('the account of a clock shows each stretch and a running sum', () => {
  const resumed = hour([
    ...waiting.stretches.slice(0, 1),
    { from: at('09:40'), to: at('11:00'), runs: false },
    { from: at('11:00'), to: null, runs: true },
  ]);
  expect(explain(resumed, at('11:10')).map((row) => [row.runs, row.seconds, row.total])).toEqual([
    [true, 2400, 2400],
    [false, 0, 2400],
    [true, 600, 3000],
  ]);
});

test('pausing never makes a due time earlier', () => {
  const minutes = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(minutes, minutes, minutes, (target, pauseAfter, pauseFor) => {
      const start = at('09:00');
      const from = new Date(start.getTime() + pauseAfter * 60_000);
      const to = new Date(from.getTime() + pauseFor * 60_000);
      const base = { startedAt: start, stoppedAt: null, targetSeconds: target * 60, floorSeconds: null, measure: office };
      const plain = dueAt({ ...base, stretches: [{ from: start, to: null, runs: true }] });
      const paused = dueAt({
        ...base,
        stretches: [
          { from: start, to: from, runs: true },
          { from, to, runs: false },
          { from: to, to: null, runs: true },
        ],
      });
      return plain !== null && paused !== null && paused >= plain;
    }),
    { numRuns: 200 },
  );
});
