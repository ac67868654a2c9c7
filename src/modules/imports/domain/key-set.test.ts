import { hashOf, KeySet, packHashes, unpackHashes } from './key-set.js';

test('a key is new once, and later says what it said when it came', () => {
  const seen = new KeySet();
  expect(seen.add(hashOf('a', 'one'))).toBeNull();
  expect(seen.add(hashOf('a', 'two'))).toBe(hashOf('a', 'one').content);
  expect([seen.has(hashOf('a')), seen.has(hashOf('b'))]).toEqual([true, false]);
});

test('a hundred thousand keys are told apart, and come back from bytes', () => {
  const hashes = Array.from({ length: 100_000 }, (_, i) => hashOf(`old:account:${i}`));
  const seen = new KeySet();
  expect(hashes.filter((hash) => seen.add(hash) !== null)).toEqual([]);
  const again = new KeySet();
  for (const hash of unpackHashes(packHashes(hashes))) again.add(hash);
  expect(hashes.every((hash) => again.has(hash))).toBe(true);
  expect(again.has(hashOf('old:account:100000'))).toBe(false);
});
