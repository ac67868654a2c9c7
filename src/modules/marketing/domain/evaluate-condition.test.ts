import type { Condition } from './condition.js';
import { holds, matches, propertyAt, type Facts } from './evaluate-condition.js';

const now = new Date('2026-03-31T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const facts: Facts = {
  traits: { 'contact.city': 'MÜNCHEN', 'contact.doNotCall': false, 'account.employees': 250, 'contact.createdAt': daysAgo(40) },
  events: [
    { type: 'order.placed', occurredAt: daysAgo(30), properties: { total: 120, order: { country: 'DE' } } },
    { type: 'order.placed', occurredAt: daysAgo(2), properties: { total: 20 } },
  ],
};

const cases: [string, Condition, boolean][] = [
  ['capitals do not matter for contains', { kind: 'trait', path: 'contact.city', op: 'contains', value: 'ünch' }, true],
  ['but they do for equality', { kind: 'trait', path: 'contact.city', op: 'eq', value: 'münchen' }, false],
  ['an empty field is not unequal', { kind: 'trait', path: 'contact.country', op: 'ne', value: 'DE' }, false],
  ['unless it is said to count', { kind: 'trait', path: 'contact.country', op: 'ne', value: 'DE', ifMissing: true }, true],
  ['false is a value', { kind: 'trait', path: 'contact.doNotCall', op: 'is_set' }, true],
  ['more employees', { kind: 'trait', path: 'account.employees', op: 'gte', value: 250 }, true],
  ['known for longer', { kind: 'trait', path: 'contact.createdAt', op: 'lt', value: { ago: 'P30D' } }, true],
  [
    'the start of a window counts',
    { kind: 'performed', event: 'order.placed', count: { op: 'eq', value: 2 }, window: { rolling: 'P30D' } },
    true,
  ],
  [
    'its end does not',
    { kind: 'performed', event: 'order.placed', window: { from: '2026-01-01T00:00:00Z', to: daysAgo(30).toISOString() } },
    false,
  ],
  ['never done', { kind: 'performed', event: 'mail.opened', count: { op: 'eq', value: 0 } }, true],
  [
    'tests of properties all hold for one event',
    {
      kind: 'performed',
      event: 'order.placed',
      where: [
        { property: 'total', op: 'lt', value: 100 },
        { property: 'order.country', op: 'eq', value: 'DE' },
      ],
    },
    false,
  ],
  ['last done within', { kind: 'last_performed', event: 'order.placed', op: 'within', ago: 'P2D' }, true],
  ['last done longer ago', { kind: 'last_performed', event: 'order.placed', op: 'longer_ago_than', ago: 'P1D' }, true],
  ['what was never done is not long ago', { kind: 'last_performed', event: 'mail.opened', op: 'longer_ago_than', ago: 'P1D' }, false],
];

test.each(cases)('%s', (_what, condition, expected) => {
  expect(holds(condition, facts, now)).toBe(expected);
});

test('a property of another type never matches, and prototypes are not entered', () => {
  expect(matches([{ property: 'total', op: 'eq', value: '120' }], { total: 120 })).toBe(false);
  expect(matches([{ property: 'total', op: 'ne', value: '120' }], { total: 120 })).toBe(false);
  expect(propertyAt({}, 'constructor.name')).toBeNull();
  expect(propertyAt({ list: ['a'] }, 'list.0')).toBeNull();
  expect(propertyAt({ list: ['a'] }, 'list.length')).toBeNull();
});
