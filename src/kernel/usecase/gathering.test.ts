import { Gathering } from './gathering.js';

/** Does things when it is told to. */
function slowly(refused: (item: number) => boolean = () => false) {
  const done: (readonly number[])[] = [];
  const gates: (() => void)[] = [];
  const go = async (items: readonly number[]): Promise<readonly string[]> => {
    done.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    const bad = items.find(refused);
    if (bad !== undefined) throw new Error(`refused ${bad}`);
    return items.map((item) => `did ${item}`);
  };
  const ways = {
    alone: async (item: number) => (await go([item]))[0] ?? '',
    together: go,
    isWorthSingling: (error: unknown) => error instanceof Error && error.message.startsWith('refused'),
  };
  /** Lets what is under way end, and what comes of it, until nothing is. */
  const letGo = async () => {
    while (gates.length > 0) {
      gates.splice(0).forEach((open) => open());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { done, ways, letGo };
}

test('as many as may be go by themselves at once, and who comes meanwhile goes together', async () => {
  const { done, ways, letGo } = slowly();
  const gathering = new Gathering(ways, 2);
  const answers = Promise.all([1, 2, 3, 4, 5].map((item) => gathering.run(item)));
  expect(done).toEqual([[1], [2]]);
  await letGo();
  expect(done).toEqual([[1], [2], [3, 4, 5]]);
  expect(await answers).toEqual(['did 1', 'did 2', 'did 3', 'did 4', 'did 5']);
});

test('one who waited alone goes alone, and later ones find the way free', async () => {
  const { done, ways, letGo } = slowly();
  const gathering = new Gathering(ways, 1);
  const answers = Promise.all([1, 2].map((item) => gathering.run(item)));
  await letGo();
  expect(await answers).toEqual(['did 1', 'did 2']);
  const later = gathering.run(3);
  expect(done).toEqual([[1], [2], [3]]);
  await letGo();
  expect(await later).toBe('did 3');
});

test('a crowd goes in parts', async () => {
  const { done, ways, letGo } = slowly();
  const gathering = new Gathering(ways, 1);
  const items = Array.from({ length: 150 }, (_, i) => i);
  const answers = Promise.all(items.map((item) => gathering.run(item)));
  await letGo();
  expect(await answers).toEqual(items.map((item) => `did ${item}`));
  expect(done.map(({ length }) => length)).toEqual([1, 64, 64, 21]);
});

test('where one is refused, each is done by itself, and only that one is refused', async () => {
  const { done, ways, letGo } = slowly((item) => item === 3);
  const gathering = new Gathering(ways, 1);
  const answers = Promise.allSettled([1, 2, 3, 4].map((item) => gathering.run(item)));
  await letGo();
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(done).toEqual([[1], [2, 3, 4], [2], [3], [4]]);
});

test('what nobody knows the end of is not done again', async () => {
  const { done, ways, letGo } = slowly((item) => item === 3);
  const gathering = new Gathering({ ...ways, isWorthSingling: () => false }, 1);
  const answers = Promise.allSettled([1, 2, 3].map((item) => gathering.run(item)));
  await letGo();
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(done).toEqual([[1], [2, 3]]);
  const later = gathering.run(4);
  await letGo();
  expect(await later).toBe('did 4');
});
