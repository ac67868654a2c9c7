import { backoffMs } from './backoff.js';

const retry = { attempts: 12, backoffMs: 500 };

test('the wait doubles with every failure', () => {
  const waits = [1, 2, 3, 4].map((failures) => backoffMs(retry, failures, () => 0.5));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
});

test('jitter spreads the wait from half to one and a half of it', () => {
  expect(backoffMs(retry, 1, () => 0)).toBe(250);
  expect(backoffMs(retry, 1, () => 1)).toBe(750);
});

test('no wait grows beyond nine hours', () => {
  expect(backoffMs(retry, 1_000, () => 1)).toBe(9 * 3_600_000);
});
