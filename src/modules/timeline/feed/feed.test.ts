import pg from 'pg';
import { allModules } from '#app/modules.js';
import { erasePerson } from '#kernel/audit/erase-person.js';
import { drain } from '#kernel/jobs/drain.js';
import { disableModule } from '#kernel/modules/disable-module.js';
import { enableModule } from '#kernel/modules/enable-module.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { createRelation } from '#modules/customization/object/create-relation.js';
import { Designer } from '#modules/customization/testing/designer.js';
import { createImport } from '#modules/imports/import/create-import.js';
import { mapImport, startPrepared } from '#modules/imports/import/steer-import.js';
import { completeActivity } from '#modules/customers/activity/complete-activity.js';
import { grantConsent } from '#modules/customers/consent/grant-consent.js';
import { openCase } from '#modules/service/case/open-case.js';
import { replyCase } from '#modules/service/case/reply-case.js';
import { winOpportunity } from '#modules/sales/opportunity/win-opportunity.js';
import { sampleDeal, samplePipeline } from '#modules/sales/testing/builders.js';
import { Teller } from '../testing/teller.js';
import { gatherEntries } from './gather.job.js';
import { rebuildTimelines } from './rebuild-timelines.js';

let kit: Kit;
let d: Designer;
let told: Teller;
beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
  const tenant = await kit.tenant();
  d = new Designer(kit, tenant);
  told = new Teller(kit, tenant);
});
afterAll(() => kit.close());

const make = async (name: string, row: Record<string, unknown>) => {
  kit.clock.advance({ minutes: 1 });
  return String((await d.create(name, row))['id']);
};

async function asSuper(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: kit.urls.super });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

test('what happens is shown on the record itself and on those it refers to', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const contact = await make('contact', { lastName: 'Ng', accountId: account });
  const activity = await make('activity', {
    kind: 'call',
    subject: 'Offer',
    ownerId: d.tenant.admin.userId,
    accountId: account,
    contactId: contact,
  });
  kit.clock.advance({ minutes: 1 });
  await d.tenant.run(completeActivity, { activityId: activity });
  expect(await told.types(account)).toEqual(['activity_completed', 'activity_created', 'contact_created', 'account_created']);
  expect(await told.types(contact)).toEqual(['activity_completed', 'activity_created', 'contact_created']);
  const { entries } = await told.read(account, { first: 1 });
  expect(entries).toMatchObject([
    {
      recordId: account,
      via: 'accountId',
      at: kit.clock.now(),
      source: { id: activity, resource: 'activity', name: 'Offer', isDeleted: false },
      actor: { type: 'user', id: d.tenant.admin.id, name: 'Admin' },
    },
  ]);
});

test('a change with a name is told by it and with what it did, once', async () => {
  await samplePipeline(d.tenant);
  const account = await make('account', { name: 'Muster AG' });
  const deal = await sampleDeal(d.tenant, { accountId: account });
  kit.clock.advance({ minutes: 1 });
  await d.tenant.run(winOpportunity, { opportunityId: deal, amount: { amount: '1500', currency: 'EUR' } });
  expect(await told.types(deal)).toEqual(['opportunity_won', 'opportunity_created']);
  const { entries } = await told.read(account, { types: ['opportunity_won'] }, { ...d.tenant.admin, language: 'de' });
  expect(entries).toHaveLength(1);
  expect(entries[0]?.text).toMatch(/„Machines“ wurde gewonnen$/);
  expect(entries[0]?.changes).toContainEqual(expect.objectContaining({ field: 'status', before: 'Offen', after: 'Gewonnen' }));
  expect(entries[0]?.changes).toContainEqual(expect.objectContaining({ field: 'amount', after: '1.500,00\u00a0€' }));
});

test('a reference that turns leaves the old record and comes to the new one', async () => {
  const [one, two] = [await make('account', { name: 'One' }), await make('account', { name: 'Two' })];
  const contact = await make('contact', { lastName: 'Ng', accountId: one });
  kit.clock.advance({ minutes: 1 });
  await d.update('contact', contact, { accountId: two });
  expect(await told.types(one)).toEqual(['contact_unlinked', 'contact_created', 'account_created']);
  expect(await told.types(two)).toEqual(['contact_linked', 'account_created']);
  expect(await told.types(contact)).toEqual(['contact_updated', 'contact_created']);
});

test('a deleted record leaves a tombstone where it was shown, for who may read all of its kind', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const contact = await make('contact', { lastName: 'Ng', accountId: account });
  await told.read(account);
  kit.clock.advance({ minutes: 1 });
  await d.crud('contact', 'delete', { id: contact });
  const { entries } = await told.read(account);
  expect(entries.map(({ text }) => text)).toEqual([
    'Contact was deleted',
    'Contact (deleted) was created',
    'Account “Muster AG” was created',
  ]);
  expect(entries[0]?.source).toMatchObject({ id: contact, name: null, isDeleted: true });
  const some = await d.tenant.user({ permissions: { 'account:read': 'all', 'contact:read': 'own' } });
  expect(await told.types(account, some.actor)).toEqual(['account_created']);
});

test('what is told late stands where it happened', async () => {
  const contact = await make('contact', { lastName: 'Ng' });
  const said = kit.clock.now();
  kit.clock.advance({ hours: 1 });
  await d.update('contact', contact, { language: 'de' });
  await d.tenant.run(grantConsent, {
    contactId: contact,
    channel: 'email',
    purpose: 'news',
    source: 'form',
    textVersion: '1',
    saidAt: said,
  });
  const { entries } = await told.read(contact);
  expect(entries.map(({ type }) => type)).toEqual(['contact_updated', 'consent_granted', 'contact_created']);
  expect(entries[1]?.at).toEqual(said);
});

test('a call that is written down after it was done stands where it was done', async () => {
  const done = new Date(kit.clock.now().getTime() - 3_600_000);
  const account = await make('account', { name: 'Muster AG' });
  await make('activity', {
    kind: 'call',
    subject: 'Offer',
    ownerId: d.tenant.admin.userId,
    accountId: account,
    doneAt: done.toISOString(),
  });
  const { entries } = await told.read(account);
  expect(entries.map(({ type, at }) => [type, at])).toEqual([
    ['account_created', expect.any(Date)],
    ['activity_completed', done],
  ]);
});

test('records an import creates, which tell of themselves all together, have their entries when it ends', async () => {
  const files = [{ name: 'people.csv', content: 'name,firm\nNg,Muster AG\nOz,Muster AG\n' }];
  const account = await make('account', { name: 'Muster AG', externalRef: 'Muster AG' });
  await kit.drain();
  kit.clock.advance({ minutes: 1 });
  const { importId } = await d.tenant.run(createImport, { files });
  const lookup = { resource: 'account', by: { externalRef: '{firm}' } };
  const columns = [
    { from: 'name', to: 'lastName' },
    { from: 'firm', to: 'accountId', lookup },
  ];
  const step = { name: 'people', resource: 'contact', file: 'people.csv', match: ['lastName'], columns };
  await d.tenant.run(mapImport, { importId, definition: { files: [{ name: 'people.csv' }], steps: [step] } });
  await d.tenant.run(startPrepared, { importId, withoutDryRun: true });
  expect((await told.types(account)).toSorted()).toEqual(['account_created', 'contact_created', 'contact_created']);
});

test('answers on a case are shown on the case and with its contact, and what the machine keeps for itself is no news', async () => {
  const contact = await make('contact', { lastName: 'Ng' });
  const { caseId } = await d.tenant.run(openCase, { subject: 'Broken', contactId: contact });
  kit.clock.advance({ minutes: 5 });
  await d.tenant.run(replyCase, { caseId, body: 'We are on it.' });
  const types = await told.types(caseId);
  expect(types).toContain('case_message_sent');
  expect(types).not.toContain('case_updated');
});

test('an event that is delivered again, by several workers at once too, makes one entry', async () => {
  const account = await make('account', { name: 'Muster AG' });
  await make('contact', { lastName: 'Ng', accountId: account });
  await told.read(account);
  const before = await told.kept();
  const events = (await kit.asOwner('select id from kernel.outbox', [], d.tenant.id)).map(({ id }) => String(id));
  await Promise.all([1, 2, 3].map(() => d.tenant.work((work) => gatherEntries.run({ events }, work.system))));
  expect(await told.kept()).toEqual(before);
  expect(before.length).toBeGreaterThan(2);
});

test('a worker that dies in the middle leaves nothing, and the next one all of it', async () => {
  await asSuper(`create function timeline.die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
    alter function timeline.die() security definer;
    create trigger die before insert on timeline.entries for each row execute function timeline.die()`);
  const account = await make('account', { name: 'Muster AG' });
  await drain(kit.runtime, { onFailure: 'retry' }).catch(() => undefined);
  expect(await told.kept()).toEqual([]);
  await asSuper('drop function timeline.die() cascade');
  kit.clock.advance({ hours: 1 });
  expect(await told.types(account)).toEqual(['account_created']);
});

test('objects and relations of the company have timelines too', async () => {
  const permit = await d.object('permit', 'permits');
  await d.field(permit, 'plate', 'text');
  await d.field(permit, 'holderId', 'relation', { target: 'contact' });
  const labels = { en: 'Board seat', de: 'Mandat' };
  const sides = { from: 'contact', to: 'account', fromLabels: { en: 'Member' }, toLabels: { en: 'Company' }, isDated: true };
  await d.tenant.run(createRelation, { key: 'boardSeat', plural: 'boardSeats', labels, ...sides });
  const account = await make('account', { name: 'Muster AG' });
  const contact = await make('contact', { lastName: 'Ng' });
  const record = await make(permit, { plate: 'B-AB 1', holderId: contact });
  const seat = await make('x_board_seat', { fromId: contact, toId: account });
  kit.clock.advance({ minutes: 1 });
  await d.update('x_board_seat', seat, { validFrom: '2026-01-01' });
  await d.update(permit, record, { plate: 'B-AB 2' });
  kit.clock.advance({ minutes: 1 });
  await d.crud('x_board_seat', 'delete', { id: seat });
  const all = ['x_board_seat_unlinked', 'x_board_seat_updated', 'x_board_seat_linked'];
  expect(await told.types(contact)).toEqual([...all, 'x_permit_created', 'contact_created']);
  expect(await told.types(account)).toEqual([...all, 'account_created']);
  expect(await told.types(record)).toEqual(['x_permit_updated', 'x_permit_created']);
  const { entries } = await told.read(account, { first: 1 }, { ...d.tenant.admin, language: 'de' });
  expect(entries[0]?.text).toBe('Mandat (gelöscht) wurde gelöst');
  expect(entries[0]?.changes).toContainEqual(expect.objectContaining({ field: 'fromId', before: 'Ng', after: null }));
});

test('timelines made anew from the audit are as they were, without what nothing bears out and with what was missing', async () => {
  await samplePipeline(d.tenant);
  const account = await make('account', { name: 'Muster AG' });
  const contact = await make('contact', { lastName: 'Ng', accountId: account });
  const deal = await sampleDeal(d.tenant, { accountId: account, contactId: contact });
  await d.tenant.run(winOpportunity, { opportunityId: deal });
  await d.tenant.run(grantConsent, { contactId: contact, channel: 'email', purpose: 'news', source: 'form', textVersion: '1' });
  await told.read(account);
  const before = await told.kept();
  expect(before.length).toBeGreaterThan(7);
  await kit.asOwner(`delete from timeline.entries where type = 'opportunity_won'`, [], d.tenant.id);
  await kit.asOwner(
    `update timeline.entries set id = gen_random_uuid(), type = 'contact_invented' where type = 'contact_created'`,
    [],
    d.tenant.id,
  );
  await d.tenant.run(rebuildTimelines, {});
  await kit.drain();
  expect(await told.kept()).toEqual(before);
});

test('what happens while the module is off is there when it is on again', async () => {
  const account = await make('account', { name: 'Muster AG' });
  await kit.drain();
  await d.tenant.run(disableModule, { key: 'timeline' });
  const contact = await make('contact', { lastName: 'Ng', accountId: account });
  await kit.drain();
  expect(await told.kept()).toHaveLength(1);
  await d.tenant.run(enableModule, { key: 'timeline' });
  expect(await told.types(account)).toEqual(['contact_created', 'account_created']);
  expect(await told.types(contact)).toEqual(['contact_created']);
});

test('nothing of a person stands in a timeline, so nothing is left of one who was erased', async () => {
  const account = await make('account', { name: 'Muster AG' });
  const contact = await make('contact', { firstName: 'Wilhelmine', lastName: 'Ngmark', email: 'ngmark@example.test', accountId: account });
  await make('activity', { kind: 'call', subject: 'About Ngmark', ownerId: d.tenant.admin.userId, contactId: contact });
  await d.update('contact', contact, { lastName: 'Ngmark-Oz', salutation: 'ms' });
  const { entries } = await told.read(contact);
  expect(entries.find(({ type }) => type === 'contact_updated')?.changes).toContainEqual(
    expect.objectContaining({ field: 'lastName', before: null, after: null }),
  );
  expect(JSON.stringify(await told.kept())).not.toMatch(/ngmark|wilhelmine|"ms"|Admin|example\.test/i);

  await d.update('contact', contact, { firstName: null, lastName: 'Erased', email: null, salutation: null });
  await d.tenant.run(erasePerson, { recordId: contact, reason: 'asked for' });
  await d.tenant.run(rebuildTimelines, {});
  const after = await told.read(account);
  expect(JSON.stringify(after)).not.toMatch(/ngmark|wilhelmine/i);
  expect(after.entries.map(({ text }) => text)).toContain('Contact “Erased” was created');
});
