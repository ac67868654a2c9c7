import { JumpGuard } from './jump-guard.js';

function guardedClock() {
  let offset = 0;
  const guard = new JumpGuard({ now: () => new Date(Date.now() + offset) });
  return {
    guard,
    jump: (ms: number) => {
      offset += ms;
    },
  };
}

test('time that passes is no jump', async () => {
  const { guard } = guardedClock();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(guard.jumped()).toBe(false);
  expect(guard.settling()).toBe(false);
});

test.each([3_600_000, -3_600_000, 86_400_000])('a jump of %d ms is noticed once, and leases get time to settle', (ms) => {
  const { guard, jump } = guardedClock();
  jump(ms);
  expect(guard.jumped()).toBe(true);
  expect(guard.jumped()).toBe(false);
  expect(guard.settling()).toBe(true);
});
