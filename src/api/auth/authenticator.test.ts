import { anonymous } from '#kernel/access/actor.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { Authenticator } from './authenticator.js';
import type { Standing } from './principal.js';

const header = 'Bearer a.b.c';
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const standing = (label: string): Standing => ({
  principal: { tenantId: 't', actor: { ...anonymous, label }, definitions: buildRegistry([]), sessionId: 's' },
  until: null,
});

/** A source whose answers the test gives one by one. */
function open(trustMs = 5_000) {
  const asked: ((standing: Standing | null) => void)[] = [];
  let hears = true;
  const authenticator = new Authenticator({
    verify: () => Promise.resolve({ tenantId: 't', userId: 'u', sessionId: 's', expiresAt: Date.now() / 1000 + 900 }),
    source: { session: () => new Promise((resolve) => asked.push(resolve)), key: () => Promise.resolve(null) },
    hearsChanges: () => hears,
    now: () => new Date(),
    trustMs,
  });
  const answer = async (value: Standing | null) => {
    for (let i = 0; i < 10 && asked.length === 0; i++) await wait(1);
    asked.shift()?.(value);
  };
  return { authenticator, asked, answer, deafen: () => (hears = false) };
}

test('who asks at the same time waits for the same look-up', async () => {
  const { authenticator, asked, answer } = open();
  const both = [authenticator.authenticate(header), authenticator.authenticate(header)];
  await wait(1);
  expect(asked).toHaveLength(1);
  await answer(standing('one'));
  expect((await Promise.all(both)).map((p) => p.actor.label)).toEqual(['one', 'one']);
});

test('a look-up that began before a change answers nobody who asks after it, and is not remembered', async () => {
  const { authenticator, asked, answer } = open();
  const before = authenticator.authenticate(header);
  await wait(1);
  authenticator.forget('t');
  const after = authenticator.authenticate(header);
  await wait(1);
  expect(asked).toHaveLength(2);
  await answer(standing('old rights'));
  await answer(standing('new rights'));
  expect((await before).actor.label).toBe('old rights');
  expect((await after).actor.label).toBe('new rights');
  expect(authenticator.recall(header)?.actor.label).toBe('new rights');
});

test('also when the older look-up is answered last', async () => {
  const { authenticator, asked } = open();
  const before = authenticator.authenticate(header);
  await wait(1);
  authenticator.forget('t');
  const after = authenticator.authenticate(header);
  await wait(1);
  asked[1]?.(standing('new rights'));
  await after;
  asked[0]?.(standing('old rights'));
  await before;
  expect(authenticator.recall(header)?.actor.label).not.toBe('old rights');
});

test('changes of another tenant change nothing', async () => {
  const { authenticator, answer } = open();
  const first = authenticator.authenticate(header);
  await answer(standing('one'));
  await first;
  authenticator.forget('another');
  expect(authenticator.recall(header)).not.toBeNull();
  authenticator.forget(null);
  expect(authenticator.recall(header)).toBeNull();
});

test('a busy token is renewed before its time is over, and nobody waits for it', async () => {
  const { authenticator, asked, answer } = open(1000);
  const first = authenticator.authenticate(header);
  await answer(standing('one'));
  await first;
  await wait(850);
  expect(authenticator.recall(header)?.actor.label).toBe('one');
  expect(authenticator.recall(header)?.actor.label).toBe('one');
  await wait(1);
  expect(asked).toHaveLength(1);
  await answer(standing('renewed'));
  await wait(1);
  expect(authenticator.recall(header)?.actor.label).toBe('renewed');
});

test('what the renewal finds ended is refused at once', async () => {
  const { authenticator, answer } = open(1000);
  const first = authenticator.authenticate(header);
  await answer(standing('one'));
  await first;
  await wait(850);
  authenticator.recall(header);
  await answer(null);
  await wait(1);
  expect(authenticator.recall(header)).toBeNull();
});

test('nothing is trusted longer than the time, nor while changes are not heard', async () => {
  const { authenticator, answer, deafen } = open(300);
  const first = authenticator.authenticate(header);
  await answer(standing('one'));
  await first;
  expect(authenticator.recall(header)).not.toBeNull();
  await wait(320);
  expect(authenticator.recall(header)).toBeNull();
  const again = authenticator.authenticate(header);
  await answer(standing('one'));
  await again;
  deafen();
  expect(authenticator.recall(header)).toBeNull();
});
