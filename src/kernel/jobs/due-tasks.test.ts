import { periodicJobs, periodStart } from './due-tasks.js';

test.each([
  [5, '2026-03-02T09:07:59Z', '2026-03-02T09:05:00Z'],
  [60, '2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z'],
  [1440, '2026-03-02T23:59:59Z', '2026-03-02T00:00:00Z'],
])('a period of %d minutes around %s began at %s', (minutes, now, start) => {
  expect(periodStart(minutes, new Date(now))).toEqual(new Date(start));
});

test('only tasks with a period are planned', () => {
  expect(periodicJobs([{ name: 'a' }, { name: 'b', everyMinutes: 5 }])).toEqual([{ name: 'b', everyMinutes: 5 }]);
});
