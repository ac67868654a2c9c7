import fc from 'fast-check';
import { reachOf, type Permissions } from './actor.js';
import { beyond, covers, intersection, matches, shapeText, union, without } from './permissions.js';
import { narrowest, reachCovers, reaches, readReach, widest } from './reach.js';

const nouns = ['account', 'lead', 'case'];
const verbs = ['read', 'update', 'close'];
const concrete = nouns.flatMap((noun) => verbs.map((verb) => `${noun}:${verb}`));
const entries = [...concrete, ...nouns.map((noun) => `${noun}:*`), ...verbs.map((verb) => `*:${verb}`), '*'];
const anyReach = fc.constantFrom(...reaches, null);
const anyPermissions: fc.Arbitrary<Permissions> = fc.dictionary(fc.constantFrom(...entries), fc.constantFrom(...reaches, 'none' as const), {
  maxKeys: 6,
});
const anyDenies = fc.uniqueArray(fc.constantFrom(...entries), { maxLength: 3 });

test('reaches are a lattice: both ways of joining two are orderless, and each is the nearest bound', () => {
  fc.assert(
    fc.property(anyReach, anyReach, anyReach, (a, b, c) => {
      expect(widest(a, b)).toBe(widest(b, a));
      expect(narrowest(a, b)).toBe(narrowest(b, a));
      expect(widest(a, widest(b, c))).toBe(widest(widest(a, b), c));
      expect(narrowest(a, narrowest(b, c))).toBe(narrowest(narrowest(a, b), c));
      expect(widest(a, narrowest(a, b))).toBe(a);
      expect(narrowest(a, widest(a, b))).toBe(a);
      expect(reachCovers(c, widest(a, b))).toBe(reachCovers(c, a) && reachCovers(c, b));
      expect(reachCovers(narrowest(a, b), c)).toBe(reachCovers(a, c) && reachCovers(b, c));
    }),
    { numRuns: 1000 },
  );
});

test('own lies within every reach, all covers every reach, and team, subtree and territory do not cover each other', () => {
  for (const reach of reaches) expect([reach, reachCovers(reach, 'own'), reachCovers('all', reach)]).toEqual([reach, true, true]);
  const parts = ['team', 'subtree', 'territory'] as const;
  for (const a of parts) for (const b of parts) expect(reachCovers(a, b)).toBe(a === b);
  expect(widest('territory', 'team')).toBe('team+territory');
  expect(narrowest('territory', 'team')).toBe('own');
  expect(widest('team+subtree', 'territory')).not.toBe('all');
});

test('a written reach may name its parts in any order, once each, and nothing else', () => {
  expect(readReach('territory+team')).toBe('team+territory');
  expect(readReach('territory+subtree+team')).toBe('team+subtree+territory');
  for (const reach of reaches) expect(readReach(reach)).toBe(reach);
  for (const wrong of ['', 'none', 'own+team', 'all+team', 'team+team', 'team+', '+', 'Team', 'everything', 7, null, undefined, ['team']])
    expect([wrong, readReach(wrong)]).toEqual([wrong, null]);
});

test('what is denied is gone whatever else is given, and nothing else is', () => {
  fc.assert(
    fc.property(anyPermissions, anyDenies, (given, denies) => {
      const left = without(given, denies);
      for (const right of concrete)
        expect(reachOf(left, right)).toBe(denies.some((deny) => matches(deny, right)) ? null : reachOf(given, right));
    }),
    { numRuns: 1000 },
  );
});

test('rights once denied stay away through unions with nothing and through keys', () => {
  const left = without({ '*': 'all' }, ['lead:delete', '*:export']);
  expect(left).toEqual({ '*': 'all', 'lead:delete': 'none', '*:export': 'none' });
  const key = intersection(left, { 'lead:*': 'all' });
  expect([reachOf(key, 'lead:read'), reachOf(key, 'lead:delete'), reachOf(key, 'lead:export')]).toEqual(['all', null, null]);
  expect(covers(left, { 'lead:*': 'own' })).toBe(false);
});

test('several roles together reach as far as the widest of them, for every single right', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (a, b) => {
      const both = union([a, b]);
      for (const right of concrete) expect(reachOf(both, right)).toBe(widest(reachOf(a, right), reachOf(b, right)));
    }),
    { numRuns: 500 },
  );
});

test('a key reaches as far as the narrower of its maker and itself, for every single right', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (maker, key) => {
      const both = intersection(maker, key);
      for (const right of concrete) expect(reachOf(both, right)).toBe(narrowest(reachOf(maker, right), reachOf(key, right)));
    }),
    { numRuns: 500 },
  );
});

test('nothing that is covered reaches further than what covers it', () => {
  fc.assert(
    fc.property(anyPermissions, anyPermissions, (have, wanted) => {
      fc.pre(covers(have, wanted));
      for (const right of concrete) expect(reachCovers(reachOf(have, right), reachOf(wanted, right))).toBe(true);
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
