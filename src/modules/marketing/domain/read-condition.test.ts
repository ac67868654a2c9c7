import { readCondition } from './read-condition.js';

const problems = (input: unknown) => {
  const outcome = readCondition(input, '/definition');
  return 'problems' in outcome ? outcome.problems.map(({ path, code }) => `${path} ${code}`) : [];
};

test('a tree of all kinds is read as it is', () => {
  const tree = {
    kind: 'and',
    of: [
      { kind: 'trait', path: 'account.sector', op: 'in', value: ['medical', 'retail'] },
      { kind: 'not', of: { kind: 'trait', path: 'contact.doNotCall', op: 'eq', value: true } },
      {
        kind: 'or',
        of: [
          {
            kind: 'performed',
            event: 'order.placed',
            where: [{ property: 'total', op: 'gte', value: 100 }],
            count: { op: 'gte', value: 2 },
            window: { rolling: 'P30D' },
          },
          { kind: 'last_performed', event: 'page.viewed', op: 'longer_ago_than', ago: 'P90D' },
          { kind: 'trait', path: 'contact.createdAt', op: 'gte', value: { ago: 'P7D' } },
        ],
      },
    ],
  };
  expect(readCondition(tree)).toEqual({ value: tree });
});

test.each([
  ['no kind', {}, ['/definition/kind not_allowed']],
  ['not even an object', 'all', ['/definition/kind not_allowed']],
  ['a field that is not on the list', { kind: 'trait', path: 'contact.password', op: 'eq', value: 'x' }, ['/definition/path not_allowed']],
  ['SQL in a path', { kind: 'trait', path: 'contact.email) or true --', op: 'is_set' }, ['/definition/path not_allowed']],
  ['an operator that does not fit', { kind: 'trait', path: 'contact.email', op: 'gt', value: 'x' }, ['/definition/op not_allowed']],
  ['a value of the wrong type', { kind: 'trait', path: 'account.employees', op: 'gt', value: '10' }, ['/definition/value not_a_number']],
  ['a value where none belongs', { kind: 'trait', path: 'contact.email', op: 'is_set', value: 'x' }, ['/definition/value unknown_field']],
  [
    'a typo',
    { kind: 'trait', path: 'contact.email', op: 'eq', valeu: 'x' },
    ['/definition/valeu unknown_field', '/definition/value not_a_text'],
  ],
  ['NUL', { kind: 'trait', path: 'contact.email', op: 'eq', value: 'a\0b' }, ['/definition/value not_storable']],
  ['half a surrogate pair', { kind: 'trait', path: 'contact.email', op: 'eq', value: '\ud800' }, ['/definition/value not_storable']],
  ['an empty group', { kind: 'or', of: [] }, ['/definition/of too_few']],
  [
    'two mistakes',
    {
      kind: 'and',
      of: [
        { kind: 'trait', path: 'contact.city', op: 'lt' },
        { kind: 'performed', event: '' },
      ],
    },
    ['/definition/of/0/op not_allowed', '/definition/of/1/event not_a_text'],
  ],
  ['a duration of nonsense', { kind: 'performed', event: 'a', window: { rolling: 'P1M' } }, ['/definition/window/rolling not_a_duration']],
  [
    'a window that ends before it starts',
    { kind: 'performed', event: 'a', window: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
    ['/definition/window malformed'],
  ],
  [
    'a list of two types',
    { kind: 'performed', event: 'a', where: [{ property: 'p', op: 'in', value: [1, 'b'] }] },
    ['/definition/where/0/value/1 not_a_number'],
  ],
  [
    'a property path that is none',
    { kind: 'performed', event: 'a', where: [{ property: "p'--", op: 'is_set' }] },
    ['/definition/where/0/property malformed'],
  ],
])('%s is told with its place', (_what, input, expected) => {
  expect(problems(input)).toEqual(expected);
});

test('a tree that is too deep or too wide is refused', () => {
  const deep = Array.from({ length: 20 }).reduce<unknown>((of) => ({ kind: 'not', of }), {
    kind: 'trait',
    path: 'contact.email',
    op: 'is_set',
  });
  expect(problems(deep).at(-1)).toContain('too_deep');
  const leaf = { kind: 'trait', path: 'contact.email', op: 'is_set' };
  const wide = { kind: 'and', of: Array.from({ length: 3 }, () => ({ kind: 'and', of: Array.from({ length: 40 }, () => leaf) })) };
  expect(problems(wide)).toHaveLength(1);
  expect(problems(wide)[0]).toContain('too_many');
});
