import { readJourney, type JourneyDefinition } from './journey-definition.js';
import { entryKey, waitsUntil, zoneOf } from './journey-step.js';
import { isDeadAddress, nextTry } from './message-state.js';

const templateId = '019a0000-0000-7abc-8000-000000000001';
const minimal = {
  trigger: { kind: 'event', event: 'cart.abandoned' },
  purpose: 'newsletter',
  from: { name: 'Shop', address: 'shop@kontor.example' },
  steps: [{ id: 'hello', kind: 'email', templateId }],
};
const problems = (change: object) => {
  const outcome = readJourney({ ...minimal, ...change }, '/definition');
  return 'problems' in outcome ? outcome.problems.map(({ path, code }) => `${path} ${code}`) : [];
};

test('what is left out has a careful default', () => {
  expect(readJourney(minimal)).toEqual({
    value: {
      ...minimal,
      trigger: { kind: 'event', event: 'cart.abandoned', maxLateness: 'PT15M' },
      reentry: { kind: 'once' },
      exitOn: [],
      timeZone: 'Europe/Berlin',
      sendWithin: 'P3D',
    },
  });
});

test.each([
  ['no steps', { steps: [] }, ['/definition/steps too_few']],
  ['a step of an unknown kind', { steps: [{ id: 'a', kind: 'sms' }] }, ['/definition/steps/0/kind not_allowed']],
  ['two steps of one name', { steps: [minimal.steps[0], minimal.steps[0]] }, ['/definition/steps/1/id taken']],
  ['a wait without end', { steps: [{ id: 'a', kind: 'wait', duration: 'forever' }] }, ['/definition/steps/0/duration not_a_duration']],
  ['a time that is none', { steps: [{ id: 'a', kind: 'wait_until', time: '25:00' }] }, ['/definition/steps/0/time malformed']],
  [
    'a mistake deep in a condition',
    { condition: { kind: 'not', of: { kind: 'trait', path: 'contact.shoeSize', op: 'eq', value: 1 } } },
    ['/definition/condition/of/path not_allowed'],
  ],
  ['a sender with two addresses', { from: { address: 'a@x.example, b@y.example' } }, ['/definition/from/address malformed']],
  ['a zone nobody knows', { timeZone: 'Mars/Olympus' }, ['/definition/timeZone not_a_zone']],
  [
    'a key where there is no event',
    { trigger: { kind: 'segment_entered', segmentId: templateId }, reentry: { kind: 'per_key', property: 'orderId' } },
    ['/definition/reentry needs_event'],
  ],
  ['a field nobody knows', { colour: 'red' }, ['/definition/colour unknown_field']],
])('%s is told with its place', (_what, change, expected) => {
  expect(problems(change)).toEqual(expected);
});

test('the entry key is what re-entry makes of an occurrence', () => {
  const occurrence = { id: 'e1', properties: { order: { id: 7 } } };
  expect(entryKey({ kind: 'once' }, occurrence)).toBe('once');
  expect(entryKey({ kind: 'every' }, occurrence)).toBe('e1');
  expect(entryKey({ kind: 'per_key', property: 'order.id' }, occurrence)).toBe('number:7');
  expect(entryKey({ kind: 'per_key', property: 'order.number' }, occurrence)).toBeNull();
});

test('waits are told as moments in the zone of the person', () => {
  const now = new Date('2026-03-02T20:00:00Z');
  expect(waitsUntil({ id: 'a', kind: 'wait_until', time: '09:00' }, now, 'Asia/Tokyo')).toEqual(new Date('2026-03-03T00:00:00Z'));
  expect(waitsUntil({ id: 'a', kind: 'wait_until', time: '05:00' }, now, 'Asia/Tokyo')).toBeNull();
  expect(waitsUntil({ id: 'a', kind: 'email', templateId }, now, 'UTC')).toBeNull();
  expect(zoneOf({ timeZone: 'Europe/Berlin' } as JourneyDefinition, 'Nowhere/Else')).toBe('Europe/Berlin');
});

test('a message is tried again with growing patience, and never after its time', () => {
  const now = new Date('2026-03-02T09:00:00Z');
  const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
  expect(nextTry(1, now, later(1000))).toEqual(later(1));
  expect(nextTry(3, now, later(1000))).toEqual(later(15));
  expect(nextTry(99, now, later(1000))).toEqual(later(240));
  expect(nextTry(3, now, later(10))).toBeNull();
});

test('only a refusal about the address itself condemns it', () => {
  expect(isDeadAddress('550 5.1.1 <x@y.example>: no such user')).toBe(true);
  expect(isDeadAddress('550 5.7.1 blocked by policy')).toBe(false);
});
