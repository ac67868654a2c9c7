import { after, before, isZone, nextLocalTime, occurrence } from './times.js';

const at = (text: string) => new Date(text);

test('a wait of days keeps the clock on the wall when summer time begins; a wait of hours does not', () => {
  const start = at('2026-03-28T08:00:00Z'); // 09:00 in Berlin, the day before the change
  expect(after(start, 'P1D', 'Europe/Berlin')).toEqual(at('2026-03-29T07:00:00Z'));
  expect(after(start, 'PT24H', 'Europe/Berlin')).toEqual(at('2026-03-29T08:00:00Z'));
});

test('a window looks back over time', () => {
  expect(before(at('2026-03-29T12:00:00Z'), 'P1DT1H')).toEqual(at('2026-03-28T11:00:00Z'));
});

test.each([
  ['later today', { now: '2026-03-02T07:00:00Z', time: '09:00', zone: 'Europe/Berlin', expected: '2026-03-02T08:00:00Z' }],
  ['this very moment', { now: '2026-03-02T08:00:00Z', time: '09:00', zone: 'Europe/Berlin', expected: '2026-03-02T08:00:00Z' }],
  ['past today, so tomorrow', { now: '2026-03-02T08:00:01Z', time: '09:00', zone: 'Europe/Berlin', expected: '2026-03-03T08:00:00Z' }],
  [
    'a time the spring change skips is shifted forward once',
    { now: '2026-03-29T00:00:00Z', time: '02:30', zone: 'Europe/Berlin', expected: '2026-03-29T01:30:00Z' },
  ],
  [
    'of a time that comes twice in autumn the first is meant',
    { now: '2026-10-24T23:00:00Z', time: '02:30', zone: 'Europe/Berlin', expected: '2026-10-25T00:30:00Z' },
  ],
  ['the day is the one in the zone', { now: '2026-03-02T20:00:00Z', time: '09:00', zone: 'Asia/Tokyo', expected: '2026-03-03T00:00:00Z' }],
])('the next local time: %s', (_what, { now, time, zone, expected }) => {
  expect(nextLocalTime(at(now), { time }, zone)).toEqual(at(expected));
});

test('the next local time on certain weekdays', () => {
  expect(nextLocalTime(at('2026-03-06T12:00:00Z'), { time: '09:00', weekdays: [1, 2] }, 'Europe/Berlin')).toEqual(
    at('2026-03-09T08:00:00Z'),
  );
});

test('a zone is known by its name only', () => {
  expect(isZone('Europe/Berlin')).toBe(true);
  expect(isZone('Mars/Olympus')).toBe(false);
  expect(isZone('+02:00')).toBe(false);
});

test('client time is set right by the error of its clock, and the far future is not believed', () => {
  const received = at('2026-03-02T10:00:00Z');
  expect(occurrence({ occurredAt: at('2026-03-02T08:59:00Z'), sentAt: at('2026-03-02T09:00:00Z') }, received)).toEqual(
    at('2026-03-02T09:59:00Z'),
  );
  expect(occurrence({ occurredAt: at('2027-01-01T00:00:00Z'), sentAt: null }, received)).toEqual(received);
  expect(occurrence({ occurredAt: null, sentAt: null }, received)).toEqual(received);
});
