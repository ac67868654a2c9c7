import fc from 'fast-check';
import { sql } from '#kernel/db/sql.js';
import type { JsonObject } from '#kernel/pure/json.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { operatorsOf, traits, type Condition, type PropertyTest, type TraitPath } from '#modules/marketing/domain/condition.js';
import { holds, type Facts } from '#modules/marketing/domain/evaluate-condition.js';
import { readCondition } from '#modules/marketing/domain/read-condition.js';
import { TrackedEvent } from '#modules/marketing/event/tracked-event.resource.js';
import { archiveSegment } from '#modules/marketing/segment/archive-segment.js';
import { compileCondition, people } from '#modules/marketing/segment/compile-condition.js';
import { createSegment } from '#modules/marketing/segment/create-segment.js';
import { previewSegment } from '#modules/marketing/segment/preview-segment.js';
import { redefineSegment } from '#modules/marketing/segment/redefine-segment.js';
import { SegmentMember } from '#modules/marketing/segment/segment-member.resource.js';
import { Segment } from '#modules/marketing/segment/segment.resource.js';
import { journey, messages, openMarketing, person, tell, unique } from './marketing-kit.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openMarketing();
});
afterAll(() => kit.close());

const inCity = (city: string): Condition => ({ kind: 'trait', path: 'contact.city', op: 'eq', value: city });
const bought = (more: object = {}) => ({ kind: 'performed', event: 'order.placed', ...more });
const membersNow = (t: TestTenant, segmentId: string) =>
  t.work(async (work) => (await work.repo(SegmentMember).list({ segmentId, leftAt: null })).map((member) => member.contactId));

async function segment(t: TestTenant, condition: unknown) {
  const { segmentId } = await t.run(createSegment, { name: unique('segment'), condition: condition });
  await kit.drain();
  return segmentId;
}

describe('the two readings of a condition', () => {
  const now = new Date('2026-03-31T12:00:00.000Z');
  const words = ['Köln', 'KÖLN', 'köln', 'Berlin', 'berlin', 'a%b_c\\', "o'hara", '', 'ß', 'İ', '日本'];
  const text = fc.constantFrom(...words.filter((word) => word !== ''));
  const number = fc.constantFrom(0, 1, 2, 10, 100, 0.1, -3, 2020);
  const times = ['2025-01-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z', '2026-03-31T11:59:59.999Z', '2026-03-31T12:00:00.000Z'];
  const instant = fc.constantFrom(...times);
  const ago = fc.constantFrom('P30D', 'PT1S', 'P1W', 'P365D', 'PT0S');
  const event = fc.constantFrom('order.placed', 'page.viewed');
  const property = fc.constantFrom('total', 'name', 'ok', 'order.total', 'list', 'none');

  const test1 = fc.oneof(
    fc.record({ property, op: fc.constantFrom('eq', 'ne', 'contains', 'starts_with'), value: text }),
    fc.record({ property, op: fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte'), value: number }),
    fc.record({ property, op: fc.constantFrom('eq', 'ne'), value: fc.boolean() }),
    fc.record({
      property,
      op: fc.constant('in'),
      value: fc.oneof(fc.array(text, { minLength: 1, maxLength: 3 }), fc.array(number, { minLength: 1, maxLength: 3 })),
    }),
    fc.record({ property, op: fc.constantFrom('is_set', 'is_missing') }),
  ) as fc.Arbitrary<PropertyTest>;

  const paths = Object.keys(traits) as TraitPath[];
  const trait = fc.constantFrom(...paths).chain((path) => {
    const type = traits[path];
    return fc.constantFrom(...operatorsOf[type]).chain((op) => {
      const one: fc.Arbitrary<unknown> =
        type === 'text'
          ? text
          : type === 'number'
            ? number
            : type === 'boolean'
              ? fc.boolean()
              : fc.oneof(
                  instant,
                  ago.map((a) => ({ ago: a })),
                );
      const value: fc.Arbitrary<unknown> =
        op === 'is_set' || op === 'is_missing' ? fc.constant(undefined) : op === 'in' ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
      return fc.record({
        kind: fc.constant('trait'),
        path: fc.constant(path),
        op: fc.constant(op),
        value,
        ifMissing: fc.option(fc.boolean(), { nil: undefined }),
      });
    });
  });
  const where = fc.option(fc.array(test1, { maxLength: 2 }), { nil: undefined });
  const performed = fc.record({
    kind: fc.constant('performed'),
    event,
    where,
    count: fc.option(fc.record({ op: fc.constantFrom('eq', 'gte', 'lte'), value: fc.integer({ min: 0, max: 3 }) }), { nil: undefined }),
    window: fc.option(
      fc.oneof(
        ago.map((rolling) => ({ rolling })),
        instant.map((from) => ({ from })),
        instant.map((to) => ({ to })),
      ),
      { nil: undefined },
    ),
  });
  const last = fc.record({ kind: fc.constant('last_performed'), event, where, op: fc.constantFrom('within', 'longer_ago_than'), ago });
  const { condition } = fc.letrec((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      trait,
      performed,
      last,
      fc.record({ kind: fc.constantFrom('and', 'or'), of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ kind: fc.constant('not'), of: tie('condition') }),
    ),
  }));

  test('find the same people, whatever is asked', async () => {
    kit.clock.set(now);
    const t = await kit.tenant();
    const everybody = await population(t);
    await t.work(async (work) => {
      const ask = async (candidate: unknown) => {
        const outcome = readCondition(JSON.parse(JSON.stringify(candidate)));
        if (!('value' in outcome)) throw new Error(JSON.stringify(outcome.problems));
        const rows = await work.rows<{ id: string }>(sql`select c.id from ${people} where ${compileCondition(outcome.value, now)}`);
        const inMemory = everybody.filter(({ facts }) => holds(outcome.value, facts, now)).map(({ id }) => id);
        expect(rows.map((row) => row.id).sort()).toEqual(inMemory.sort());
      };
      await fc.assert(fc.asyncProperty(condition, ask), { numRuns: 400 });
    });
  });

  /** People of all sorts, as rows and as facts. */
  async function population(t: TestTenant): Promise<{ id: string; facts: Facts }[]> {
    const properties: JsonObject[] = [
      {},
      { total: 100, name: 'Köln', ok: true },
      { total: '100', name: 0.1, ok: 'true' },
      { total: 0.1, order: { total: 10 }, list: [1, 2], none: null },
      { order: [10], name: 'a%b_c\\' },
    ];
    return t.work(async (work) => {
      const found: { id: string; facts: Facts }[] = [];
      for (const [i, city] of words.entries()) {
        const account = i % 3 === 0 ? null : await work.repo(Account).create(accountOf(i, city));
        const contact = await work.repo(Contact).create({ ...contactOf(i, city), accountId: account?.id ?? null });
        const events = eventsOf(i, properties);
        for (const [n, told] of events.entries()) {
          await work
            .repo(TrackedEvent)
            .create({ ...told, source: 't', eventId: `${i}.${n}`, contactId: contact.id, receivedAt: now, bodyHash: '' });
        }
        found.push({ id: contact.id, facts: { traits: { ...traitsOfContact(contact), ...traitsOfAccount(account) }, events } });
      }
      return found;
    });
  }

  const accountOf = (i: number, city: string) => ({
    name: words[(i + 1) % words.length] || 'x',
    employees: i % 2 ? i * 10 : null,
    address: { city, country: 'DE' },
  });
  const contactOf = (i: number, city: string) => ({
    lastName: city || 'x',
    firstName: i % 2 ? city : null,
    email: i % 4 ? `${i}@x.example` : null,
    doNotCall: i % 2 === 0,
    ...(i % 5 ? { address: { city, country: i % 2 ? 'DE' : 'AT' } } : {}),
  });
  const eventsOf = (i: number, properties: readonly JsonObject[]) =>
    Array.from({ length: i % 4 }, (_, n) => ({
      type: n % 2 ? 'page.viewed' : 'order.placed',
      occurredAt: new Date(times[(i + n) % times.length] ?? 0),
      properties: properties[(i + n) % properties.length] ?? {},
    }));
  const traitsOfContact = ({ firstName, lastName, email, doNotCall, createdAt, address }: Contact) => ({
    'contact.firstName': firstName,
    'contact.lastName': lastName,
    'contact.email': email,
    'contact.doNotCall': doNotCall,
    'contact.createdAt': createdAt,
    'contact.city': address?.city ?? null,
    'contact.country': address?.country ?? null,
  });
  const traitsOfAccount = (account: Account | null): Facts['traits'] => {
    if (!account) return {};
    const { name, employees, address } = account;
    return {
      'account.name': name,
      'account.employees': employees,
      'account.city': address?.city ?? null,
      'account.country': address?.country ?? null,
    };
  };
});

describe('preview', () => {
  test('counts the people a condition would find', async () => {
    const t = await kit.tenant();
    const anna = await person(t, { address: { city: 'Köln' } });
    await person(t, { address: { city: 'Berlin' } });
    expect(await t.run(previewSegment, { condition: inCity('Köln') })).toEqual({ count: 1, sampleContactIds: [anna.id] });
  });

  test('points at each mistake', async () => {
    const t = await kit.tenant();
    await expect(
      t.run(previewSegment, { condition: { kind: 'and', of: [inCity('a'), { kind: 'trait', path: 'contact.shoe', op: 'eq' }] } }),
    ).rejects.toMatchObject({
      code: 'segment.condition_invalid',
      details: { errors: [{ path: '/condition/of/1/path', code: 'not_allowed' }] },
    });
  });

  test('sees nobody of another tenant', async () => {
    const [t, other] = [await kit.tenant(), await kit.tenant()];
    await person(other, { address: { city: 'Köln' } });
    expect(await t.run(previewSegment, { condition: inCity('Köln') })).toMatchObject({ count: 0 });
  });
});

describe('members', () => {
  test('are found when a segment is made, and follow changes of people, accounts and events', async () => {
    const t = await kit.tenant();
    const anna = await person(t, { address: { city: 'Köln' } });
    const bert = await person(t, { address: { city: 'Berlin' } });
    const cologne = await segment(t, inCity('Köln'));
    const buyers = await segment(t, bought());
    expect(await membersNow(t, cologne)).toEqual([anna.id]);

    await t.work((work) => work.repo(Contact).update(bert.id, { address: { city: 'Köln' } }));
    await t.work((work) => work.repo(Contact).update(anna.id, { address: { city: 'Bonn' } }));
    await tell(t, bert.id, 'order.placed');
    await kit.drain();
    expect(await membersNow(t, cologne)).toEqual([bert.id]);
    expect(await membersNow(t, buyers)).toEqual([bert.id]);
    const [past] = await t.work((work) => work.repo(SegmentMember).list({ segmentId: cologne, contactId: anna.id }));
    expect(past).toMatchObject({ cause: 'built', leftAt: expect.any(Date) });
  });

  test('of a window leave when time has passed', async () => {
    kit.clock.set(new Date('2026-05-01T10:00:00Z'));
    const t = await kit.tenant();
    const anna = await person(t);
    const recent = await segment(t, bought({ window: { rolling: 'P7D' } }));
    await tell(t, anna.id, 'order.placed');
    await kit.drain();
    expect(await membersNow(t, recent)).toEqual([anna.id]);
    kit.clock.advance({ days: 7, minutes: 6 });
    await kit.drain();
    expect(await membersNow(t, recent)).toEqual([]);
  });

  test('follow the account they belong to', async () => {
    const t = await kit.tenant();
    const account = await t.work((work) => work.repo(Account).create({ name: 'Acme', sector: 'retail' }));
    const anna = await person(t, { accountId: account.id });
    const medical = await segment(t, { kind: 'trait', path: 'account.sector', op: 'eq', value: 'medical' });
    await t.work((work) => work.repo(Account).update(account.id, { sector: 'medical' }));
    await kit.drain();
    expect(await membersNow(t, medical)).toEqual([anna.id]);
  });

  test('whom a new condition finds starts no journey; who enters later does', async () => {
    const t = await kit.tenant();
    const anna = await person(t, { address: { city: 'Köln' } });
    const bert = await person(t, { address: { city: 'Berlin' } });
    const segmentId = await segment(t, inCity('Bonn'));
    const journeyId = await journey(t, { trigger: { kind: 'segment_entered', segmentId } });
    await t.run(redefineSegment, { segmentId, condition: inCity('Köln') });
    await kit.drain();
    expect(await membersNow(t, segmentId)).toEqual([anna.id]);
    expect(await messages(t, { journeyId })).toHaveLength(0);

    await t.work((work) => work.repo(Contact).update(bert.id, { address: { city: 'Köln' } }));
    await kit.drain();
    expect((await messages(t, { journeyId })).map((m) => [m.contactId, m.status])).toEqual([[bert.id, 'sent']]);
  });

  test('who leaves and enters three times goes through a journey once', async () => {
    const t = await kit.tenant();
    const anna = await person(t, { address: { city: 'Berlin' } });
    const segmentId = await segment(t, inCity('Köln'));
    const journeyId = await journey(t, { trigger: { kind: 'segment_entered', segmentId } });
    for (const city of ['Köln', 'Berlin', 'Köln', 'Berlin', 'Köln']) {
      await t.work((work) => work.repo(Contact).update(anna.id, { address: { city } }));
      await kit.drain();
    }
    expect(await messages(t, { journeyId })).toHaveLength(1);
    expect(await t.work((work) => work.repo(SegmentMember).count({ segmentId }))).toBe(3);
  });
});

describe('verbs', () => {
  test('a segment a live journey starts from is not archived', async () => {
    const t = await kit.tenant();
    const segmentId = await segment(t, inCity('Köln'));
    const journeyId = await journey(t, { trigger: { kind: 'segment_entered', segmentId } });
    await expect(t.run(archiveSegment, { segmentId })).rejects.toMatchObject({
      code: 'segment.in_use',
      details: { journeyIds: [journeyId] },
    });
  });

  test('an archived segment stays as it is', async () => {
    const t = await kit.tenant();
    const segmentId = await segment(t, inCity('Köln'));
    await t.run(archiveSegment, { segmentId });
    await person(t, { address: { city: 'Köln' } });
    await kit.drain();
    expect(await membersNow(t, segmentId)).toEqual([]);
    await expect(t.run(redefineSegment, { segmentId, condition: inCity('Bonn') })).rejects.toMatchObject({
      code: 'segment.archived',
    });
  });

  test('of another tenant a segment does not exist, and without the right it is not made', async () => {
    const [t, other] = [await kit.tenant(), await kit.tenant()];
    const segmentId = await segment(other, inCity('Köln'));
    await expect(t.run(redefineSegment, { segmentId, condition: inCity('Bonn') })).rejects.toMatchObject({
      code: 'segment.not_found',
    });
    await expect(t.run(archiveSegment, { segmentId })).rejects.toMatchObject({ code: 'segment.not_found' });
    const { actor } = await t.user({ permissions: { 'segment:read': 'all' } });
    await expect(t.run(createSegment, { name: 'x', condition: inCity('Bonn') }, actor)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(t.run(previewSegment, { condition: inCity('Bonn') }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await t.work((work) => work.repo(Segment).count({}))).toBe(0);
  });
});
