import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { ingestEvent, ingestEvents } from '#modules/marketing/event/ingest-event.js';
import { TrackedEvent } from '#modules/marketing/event/tracked-event.resource.js';
import { openMarketing, person, unique } from './marketing-kit.js';

let kit: Kit;
let t: TestTenant;
beforeAll(async () => {
  kit = await openMarketing();
  t = await kit.tenant();
});
afterAll(() => kit.close());

const count = (eventId: string) => t.work((work) => work.repo(TrackedEvent).count({ eventId }));

test('an event told five times at once is one event', async () => {
  const contact = await person(t);
  const id = unique('order');
  const body = { id, type: 'order.placed', email: contact.email ?? '', properties: { total: 12.5, items: [1, 2] } };
  const answers = await Promise.all(Array.from({ length: 5 }, () => t.run(ingestEvent, body)));
  expect(answers.map((a) => a.result).sort()).toEqual(['accepted', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
  expect(new Set(answers.map((a) => a.eventId)).size).toBe(1);
  expect(answers.every((a) => a.matched)).toBe(true);
  expect(await count(id)).toBe(1);
});

test('the order of keys does not make another event, nor does the time of sending', async () => {
  const id = unique('order');
  await t.run(ingestEvent, { id, type: 'order.placed', properties: { a: 1, b: { c: 2, d: 3 } } });
  expect(await t.run(ingestEvent, { id, type: 'order.placed', sentAt: new Date(), properties: { b: { d: 3, c: 2 }, a: 1 } })).toMatchObject(
    { result: 'duplicate' },
  );
});

test('the same id with another body is refused and the first one stays', async () => {
  const id = unique('order');
  await t.run(ingestEvent, { id, type: 'order.placed', properties: { total: 1 } });
  await expect(t.run(ingestEvent, { id, type: 'order.placed', properties: { total: 2 } })).rejects.toMatchObject({
    kind: 'conflict',
    code: 'tracked_event.id_reused',
  });
  await expect(t.run(ingestEvent, { id, type: 'order.cancelled' })).rejects.toMatchObject({ code: 'tracked_event.id_reused' });
  expect(await count(id)).toBe(1);
});

test('another source may use the same id', async () => {
  const id = unique('order');
  await t.run(ingestEvent, { id, source: 'shop', type: 'order.placed' });
  expect(await t.run(ingestEvent, { id, source: 'erp', type: 'order.paid' })).toMatchObject({ result: 'accepted' });
});

test('an address nobody has is kept with the event', async () => {
  const { eventId, matched } = await t.run(ingestEvent, { id: unique('order'), type: 'order.placed', email: 'Nobody@Nowhere.example' });
  expect(matched).toBe(false);
  expect(await t.work((work) => work.repo(TrackedEvent).get(eventId))).toMatchObject({ contactId: null, email: 'nobody@nowhere.example' });
});

test('a contact that does not exist, or is of another tenant, is pointed at', async () => {
  const other = await person(await kit.tenant());
  await expect(t.run(ingestEvent, { id: unique('order'), type: 'order.placed', contactId: other.id })).rejects.toMatchObject({
    code: 'tracked_event.contact_unknown',
    details: { errors: [{ path: '/contactId', code: 'not_found' }] },
  });
});

test('a type that is no word and properties that are no object are refused', async () => {
  await expect(t.run(ingestEvent, { id: 'a', type: 'order placed!' })).rejects.toMatchObject({ code: 'tracked_event.malformed' });
  await expect(t.run(ingestEvent, { id: 'a', type: 'order.placed', properties: [] as never })).rejects.toMatchObject({
    code: 'tracked_event.malformed',
  });
});

test('an integration that may only tell events can, and sees nobody by it', async () => {
  const contact = await person(t);
  const { actor } = await t.user({ permissions: { 'tracked_event:ingest': 'all' } });
  expect(await t.run(ingestEvent, { id: unique('order'), type: 'order.placed', contactId: contact.id }, actor)).toMatchObject({
    matched: true,
  });
  expect(await t.work((work) => work.repo(TrackedEvent).count({}), actor)).toBe(0);
});

test('without the right nothing is told', async () => {
  const { actor } = await t.user({ permissions: { 'contact:read': 'all' } });
  await expect(t.run(ingestEvent, { id: 'x', type: 'order.placed' }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('each event of a batch is answered for itself', async () => {
  const contact = await person(t);
  const id = unique('order');
  const { results } = await t.run(ingestEvents, {
    events: [
      { id, type: 'order.placed', contactId: contact.id },
      { id, type: 'order.placed', contactId: contact.id },
      { id, type: 'order.paid', contactId: contact.id },
      { id: unique('order'), type: 'no type' },
      { id: unique('order'), type: 'order.paid' },
    ],
  });
  expect(results.map(({ result, code }) => [result, code ?? null])).toEqual([
    ['accepted', null],
    ['duplicate', null],
    ['rejected', 'tracked_event.id_reused'],
    ['rejected', 'tracked_event.malformed'],
    ['accepted', null],
  ]);
});

test('a clock that is wrong is set right', async () => {
  kit.clock.set(new Date('2026-03-02T10:00:00Z'));
  const { eventId } = await t.run(ingestEvent, {
    id: unique('order'),
    type: 'order.placed',
    occurredAt: new Date('2026-03-02T06:59:00Z'),
    sentAt: new Date('2026-03-02T07:00:00Z'),
  });
  expect(await t.work((work) => work.repo(TrackedEvent).get(eventId))).toMatchObject({ occurredAt: new Date('2026-03-02T09:59:00Z') });
});
