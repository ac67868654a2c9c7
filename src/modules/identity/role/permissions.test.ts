import fc from 'fast-check';
import { reachOf, type Permissions, type Reach } from '#kernel/access/actor.js';
import { beyond, covers, intersection, shapeText, union } from './permissions.js';

const nouns = ['account', 'lead', 'case'];
const verbs = ['read', 'update', 'close'];
const concrete = nouns.flatMap((noun) => verbs.map((verb) => `${noun}:${verb}`));
const entries = [...concrete, ...nouns.map((noun) => `${noun}:*`), ...verbs.map((verb) => `*:${verb}`), '*'];
const rank = (reach: Reach | null) => [null, 'own', 'team', 'all'].indexOf(reach);
const anyPermissions: fc.Arbitrary<Permissions> = fc.dictionary(fc.constantFrom(...entries), fc.constantFrom<Reach>('own', 'team', 'all'), {
  maxKeys: 6,
});

test('several roles together reach as far as the widest of them, for every single right', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (a, b) => {
      const both = union([a, b]);
      for (const right of concrete) expect(rank(reachOf(both, right))).toBe(Math.max(rank(reachOf(a, right)), rank(reachOf(b, right))));
    }),
    { numRuns: 500 },
  );
});

test('a key reaches as far as the narrower of its maker and itself, for every single right', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (maker, key) => {
      const both = intersection(maker, key);
      for (const right of concrete)
        expect(rank(reachOf(both, right))).toBe(Math.min(rank(reachOf(maker, right)), rank(reachOf(key, right))));
    }),
    { numRuns: 500 },
  );
});

test('nothing that is covered reaches further than what covers it', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (have, wanted) => {
      fc.pre(covers(have, wanted));
      for (const right of concrete) expect(rank(reachOf(wanted, right))).toBeLessThanOrEqual(rank(reachOf(have, right)));
    }),
    { numRuns: 500 },
  );
});

test('what both allow is covered by each', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (a, b) => {
      expect(covers(a, intersection(a, b))).toBe(true);
      expect(covers(union([a, b]), a)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('the entries that go too far are named', () => {
  expect(beyond({ 'lead:*': 'team' }, { 'lead:read': 'team', 'lead:delete': 'all', 'account:read': 'own' })).toEqual([
    'lead:delete',
    'account:read',
  ]);
});

test('the order in which rights were written does not matter', () => {
  expect(shapeText({ 'a:read': 'own', '*': 'team' })).toBe(shapeText({ '*': 'team', 'a:read': 'own' }));
});
