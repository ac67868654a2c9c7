import { globSync, readFileSync } from 'node:fs';

interface Case {
  readonly id: string;
  readonly attack: string;
  readonly state: string;
}

const row = /^\| ([A-Z]\d{2}) \| (.+) \| (tested|later: [A-Za-z -]{3,60}) \|$/;
const cases: Case[] = readFileSync('docs/attacks.md', 'utf8')
  .split('\n')
  .map((line) => row.exec(line))
  .filter((match) => match !== null)
  .map(([, id = '', attack = '', state = '']) => ({ id, attack, state }));

/** The numbers that names of tests begin with. */
const files = globSync('{src,test}/**/*.test.ts');
const named = new Set(
  files
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/['"`]((?:[A-Z]\d{2} )+)[^\s|]/g)])
    .flatMap((match) => (match[1] ?? '').trim().split(' ')),
);

test('attack cases: the page lists a hundred and one, each once', () => {
  expect(cases).toHaveLength(101);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(101);
  const groups = Map.groupBy(cases, ({ id }) => id.slice(0, 1));
  expect(Object.fromEntries([...groups].map(([group, of]) => [group, of.length]))).toEqual({
    A: 20,
    B: 14,
    C: 4,
    D: 9,
    E: 8,
    G: 8,
    H: 10,
    L: 14,
    M: 8,
    O: 6,
  });
});

test('attack cases: one that is said to be tested is a test of that number', () => {
  expect(cases.filter(({ id, state }) => state === 'tested' && !named.has(id)).map(({ id }) => id)).toEqual([]);
});

test('attack cases: one that is said to come later has no test yet', () => {
  expect(cases.filter(({ id, state }) => state !== 'tested' && named.has(id)).map(({ id }) => id)).toEqual([]);
});

test('attack cases: no test bears the number of a case that is not on the page', () => {
  const known = new Set(cases.map(({ id }) => id));
  expect([...named].filter((id) => /^[A-EGHLMO]\d/.test(id) && !known.has(id))).toEqual([]);
});
