import { withdrawConsent } from '#modules/customers/consent/withdraw-consent.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { archiveJourney } from '#modules/marketing/journey/archive-journey.js';
import { createJourney } from '#modules/marketing/journey/create-journey.js';
import { Enrolment } from '#modules/marketing/journey/enrolment.resource.js';
import { JourneyVersion } from '#modules/marketing/journey/journey-version.resource.js';
import { Journey } from '#modules/marketing/journey/journey.resource.js';
import { pauseJourney } from '#modules/marketing/journey/pause-journey.js';
import { publishJourney } from '#modules/marketing/journey/publish-journey.js';
import { redraftJourney } from '#modules/marketing/journey/redraft-journey.js';
import { resumeJourney } from '#modules/marketing/journey/resume-journey.js';
import { EmailTemplate } from '#modules/marketing/template/email-template.resource.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { definition, journey, messages, openMarketing, person, template, tell, unique } from './marketing-kit.js';

let kit: Kit;
let t: TestTenant;
beforeAll(async () => {
  kit = await openMarketing();
});
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T10:00:00Z')); // a Monday, 11:00 in Berlin
  t = await kit.tenant();
});
afterAll(() => kit.close());

const enrolments = (journeyId: string) => t.work((work) => work.repo(Enrolment).list({ journeyId }));
const waitAndMail = async (wait: object) => ({
  steps: [
    { id: 'wait', ...wait },
    { id: 'mail', kind: 'email', templateId: (await template(t)).id },
  ],
});
const anHour = { kind: 'wait', duration: 'PT1H' };

describe('publishing', () => {
  test('makes numbered versions that keep their templates; saying nothing new makes none', async () => {
    const journeyId = await journey(t);
    expect(await t.run(publishJourney, { journeyId })).toMatchObject({ number: 1 });
    const { draft } = await t.work((work) => work.repo(Journey).get(journeyId));
    const step = draft.steps[0];
    if (step?.kind !== 'email') throw new Error('no mail');
    await t.work((work) => work.repo(EmailTemplate).update(step.templateId, { subject: 'New subject' }));
    expect(await t.run(publishJourney, { journeyId })).toMatchObject({ number: 2 });
    const versions = await t.work((work) => work.repo(JourneyVersion).list({ journeyId }, { orderBy: ['number'] }));
    expect(versions.map((v) => v.templates[step.templateId]?.subject)).toEqual(['Hello {{ contact.firstName }}', 'New subject']);
  });

  test('a published version cannot be changed, not even by SQL', async () => {
    const journeyId = await journey(t);
    const [version] = await t.work((work) => work.repo(JourneyVersion).list({ journeyId }));
    await expect(
      t.work((work) => work.exec(`update marketing.journey_versions set number = 9 where id = $1`, [version?.id])),
    ).rejects.toThrow(/permission denied/);
    await expect(t.work((work) => work.exec(`delete from marketing.journey_versions where id = $1`, [version?.id]))).rejects.toThrow(
      /permission denied/,
    );
  });

  test('people under way finish on the version they entered by', async () => {
    const journeyId = await journey(t, await waitAndMail(anHour));
    const ada = await person(t);
    await tell(t, ada.id);
    await kit.drain();
    const { id: other } = await template(t, '<mjml><mj-body><mj-raw>other {{ links.unsubscribe }}</mj-raw></mj-body></mjml>');
    await t.run(redraftJourney, {
      journeyId,
      definition: await definition(t, { steps: [{ id: 'x', kind: 'email', templateId: other }] }),
    });
    await t.run(publishJourney, { journeyId });
    kit.clock.advance({ hours: 1 });
    await kit.drain();
    expect((await messages(t, { journeyId })).map((m) => [m.stepId, m.status])).toEqual([['mail', 'sent']]);
  });

  test('is refused when a template is missing or offers no way out', async () => {
    const { id } = await template(t, '<mjml><mj-body></mj-body></mjml>');
    const steps = [
      { id: 'a', kind: 'email', templateId: id },
      { id: 'b', kind: 'email', templateId: '019a0000-0000-7abc-8000-000000000001' },
    ];
    const { journeyId } = await t.run(createJourney, { name: unique('j'), definition: await definition(t, { steps }) });
    await expect(t.run(publishJourney, { journeyId })).rejects.toMatchObject({
      code: 'journey.definition_invalid',
      details: {
        errors: [
          { path: '/definition/steps/0/templateId', code: 'unsubscribe_missing' },
          { path: '/definition/steps/1/templateId', code: 'not_found' },
        ],
      },
    });
  });

  test('a draft that is not well formed is not kept', async () => {
    const bad = (await definition(t, { steps: [] })) as never;
    await expect(t.run(createJourney, { name: 'x', definition: bad })).rejects.toMatchObject({
      code: 'journey.definition_invalid',
      details: { errors: [{ path: '/definition/steps', code: 'too_few' }] },
    });
    const journeyId = await journey(t);
    await expect(t.run(redraftJourney, { journeyId, definition: bad })).rejects.toMatchObject({ code: 'journey.definition_invalid' });
  });
});

describe('entering', () => {
  test('an event that fits lets a person in; others do not', async () => {
    const journeyId = await journey(t, {
      trigger: { kind: 'event', event: 'cart.abandoned', where: [{ property: 'total', op: 'gte', value: 50 }] },
    });
    const [ada, bob, cy] = [await person(t), await person(t), await person(t)];
    await tell(t, ada.id, 'cart.abandoned', { properties: { total: 80 } });
    await tell(t, bob.id, 'cart.abandoned', { properties: { total: 20 } });
    await tell(t, cy.id, 'cart.filled', { properties: { total: 80 } });
    await kit.drain();
    expect((await enrolments(journeyId)).map((e) => e.contactId)).toEqual([ada.id]);
    expect(kit.mails.some((mail) => mail.to.address === ada.email)).toBe(true);
  });

  test('the condition is asked of the person at entry', async () => {
    const journeyId = await journey(t, { condition: { kind: 'trait', path: 'contact.country', op: 'eq', value: 'DE' } });
    const [ada, bob] = [await person(t, { address: { country: 'DE' } }), await person(t, { address: { country: 'AT' } })];
    await tell(t, ada.id);
    await tell(t, bob.id);
    await kit.drain();
    expect((await enrolments(journeyId)).map((e) => e.contactId)).toEqual([ada.id]);
  });

  test('an event told long after it happened starts nothing', async () => {
    const journeyId = await journey(t);
    await tell(t, (await person(t)).id, 'cart.abandoned', { occurredAt: new Date('2026-03-02T09:44:00Z') });
    await tell(t, (await person(t)).id, 'cart.abandoned', { occurredAt: new Date('2026-03-02T09:46:00Z') });
    await kit.drain();
    expect(await enrolments(journeyId)).toHaveLength(1);
  });

  test.each([
    [{ kind: 'once' }, 1],
    [{ kind: 'every' }, 4],
    [{ kind: 'one_active' }, 2],
    [{ kind: 'per_key', property: 'order' }, 2],
  ])('the re-entry rule %j lets four triggers in %i times', async (reentry, times) => {
    const journeyId = await journey(t, { reentry, ...(await waitAndMail(anHour)) });
    const ada = await person(t);
    for (const order of [1, 1, 2]) await tell(t, ada.id, 'cart.abandoned', { properties: { order } });
    await kit.drain();
    kit.clock.advance({ hours: 2 });
    await kit.drain();
    await tell(t, ada.id, 'cart.abandoned', { properties: { order: 2 } });
    await kit.drain();
    expect(await enrolments(journeyId)).toHaveLength(times);
  });

  test('two triggers handled at the same moment let a person in once', async () => {
    const journeyId = await journey(t, { reentry: { kind: 'one_active' }, ...(await waitAndMail(anHour)) });
    const ada = await person(t);
    for (let i = 0; i < 6; i += 1) await tell(t, ada.id);
    await Promise.all([kit.drain(), kit.drain(), kit.drain()]);
    await kit.drain();
    expect(await enrolments(journeyId)).toHaveLength(1);
  });
});

describe('on the way', () => {
  test('a wait holds up for just as long', async () => {
    const journeyId = await journey(t, await waitAndMail(anHour));
    await tell(t, (await person(t)).id);
    await kit.drain();
    kit.clock.advance({ minutes: 59 });
    await kit.drain();
    expect(await messages(t, { journeyId })).toHaveLength(0);
    kit.clock.advance({ minutes: 1 });
    await kit.drain();
    expect((await messages(t, { journeyId })).map((m) => m.status)).toEqual(['sent']);
    expect((await enrolments(journeyId)).map((e) => e.status)).toEqual(['completed']);
  });

  test("nine o'clock is nine o'clock where the person is", async () => {
    const journeyId = await journey(t, await waitAndMail({ kind: 'wait_until', time: '09:00' }));
    const [tokyo, unknown] = [await person(t, { timeZone: 'Asia/Tokyo' }), await person(t)];
    await tell(t, tokyo.id);
    await tell(t, unknown.id);
    await kit.drain();
    const wake = new Map((await enrolments(journeyId)).map((e) => [e.contactId, e.wakeAt]));
    expect(wake.get(tokyo.id)).toEqual(new Date('2026-03-03T00:00:00Z'));
    expect(wake.get(unknown.id)).toEqual(new Date('2026-03-03T08:00:00Z'));
  });

  test("who moves while waiting for nine o'clock waits for that of the new place", async () => {
    const journeyId = await journey(t, await waitAndMail({ kind: 'wait_until', time: '09:00' }));
    const ada = await person(t, { timeZone: 'Asia/Tokyo' });
    await tell(t, ada.id);
    await kit.drain();
    await t.work((work) => work.repo(Contact).update(ada.id, { timeZone: 'Europe/Lisbon' }));
    await kit.drain();
    expect(await enrolments(journeyId)).toMatchObject([{ wakeAt: new Date('2026-03-03T09:00:00Z') }]);
    kit.clock.set(new Date('2026-03-03T00:00:00Z')); // nine in Tokyo
    await kit.drain();
    expect(await messages(t, { journeyId })).toHaveLength(0);
    kit.clock.set(new Date('2026-03-03T09:00:00Z'));
    await kit.drain();
    expect((await messages(t, { journeyId })).map((m) => m.status)).toEqual(['sent']);
  });

  test('the goal ends a wait at once, and its timer finds nothing to do', async () => {
    const journeyId = await journey(t, { exitOn: ['order.placed'], ...(await waitAndMail(anHour)) });
    const ada = await person(t);
    await tell(t, ada.id);
    await kit.drain();
    await tell(t, ada.id, 'order.placed');
    await kit.drain();
    expect(await enrolments(journeyId)).toMatchObject([{ status: 'exited', exitReason: 'goal' }]);
    kit.clock.advance({ hours: 2 });
    await kit.drain();
    expect(await messages(t, { journeyId })).toHaveLength(0);
  });

  test('an order from before the cart was left is not the goal', async () => {
    const journeyId = await journey(t, { exitOn: ['order.placed'], ...(await waitAndMail(anHour)) });
    const ada = await person(t);
    await tell(t, ada.id);
    await kit.drain();
    await tell(t, ada.id, 'order.placed', { occurredAt: new Date('2026-03-01T10:00:00Z') });
    await kit.drain();
    expect(await enrolments(journeyId)).toMatchObject([{ status: 'active' }]);
  });

  test('a condition on the way lets on only whom it fits then', async () => {
    const { id: templateId } = await template(t);
    const journeyId = await journey(t, {
      steps: [
        { id: 'wait', ...anHour },
        { id: 'still', kind: 'condition', when: { kind: 'trait', path: 'contact.city', op: 'eq', value: 'Köln' } },
        { id: 'mail', kind: 'email', templateId },
      ],
    });
    const [ada, bob] = [await person(t, { address: { city: 'Köln' } }), await person(t, { address: { city: 'Köln' } })];
    await tell(t, ada.id);
    await tell(t, bob.id);
    await kit.drain();
    await t.work((work) => work.repo(Contact).update(bob.id, { address: { city: 'Bonn' } }));
    kit.clock.advance({ hours: 1 });
    await kit.drain();
    expect((await messages(t, { journeyId })).map((m) => m.contactId)).toEqual([ada.id]);
    expect((await enrolments(journeyId)).find((e) => e.contactId === bob.id)).toMatchObject({
      status: 'exited',
      exitReason: 'condition_not_met',
    });
  });

  test('consent withdrawn during the wait ends the journey', async () => {
    const journeyId = await journey(t, await waitAndMail(anHour));
    const ada = await person(t);
    await tell(t, ada.id);
    await kit.drain();
    await t.run(withdrawConsent, { contactId: ada.id, channel: 'email', purpose: 'newsletter', source: 'call' });
    await kit.drain();
    expect(await enrolments(journeyId)).toMatchObject([{ status: 'exited', exitReason: 'consent_withdrawn' }]);
    kit.clock.advance({ hours: 2 });
    await kit.drain();
    expect(await messages(t, { journeyId })).toHaveLength(0);
  });

  test('a person who is erased on the way leaves nothing that fails', async () => {
    const journeyId = await journey(t, await waitAndMail(anHour));
    const ada = await person(t);
    await tell(t, ada.id);
    await kit.drain();
    await t.work((work) => work.exec('delete from customers.contacts where id = $1', [ada.id]));
    kit.clock.advance({ hours: 2 });
    await kit.drain();
    expect(await enrolments(journeyId)).toHaveLength(0);
  });
});

describe('pause, resume, archive', () => {
  test('a pause of weeks loses nobody, and resuming sends what is not too late', async () => {
    const journeyId = await journey(t, { ...(await waitAndMail(anHour)) });
    const ada = await person(t);
    await tell(t, ada.id);
    await kit.drain();
    await t.run(pauseJourney, { journeyId });
    await tell(t, (await person(t)).id);
    kit.clock.advance({ days: 21 });
    await kit.drain();
    expect(await enrolments(journeyId)).toMatchObject([{ contactId: ada.id, status: 'active' }]);
    expect(await messages(t, { journeyId })).toHaveLength(0);
    await t.run(resumeJourney, { journeyId });
    await kit.drain();
    kit.clock.advance({ hours: 1 });
    await kit.drain();
    expect((await messages(t, { journeyId })).map((m) => [m.contactId, m.status])).toEqual([[ada.id, 'sent']]);
  });

  test('archiving shows everybody out and stops what was planned', async () => {
    const journeyId = await journey(t, await waitAndMail(anHour));
    await tell(t, (await person(t)).id);
    await kit.drain();
    await t.run(archiveJourney, { journeyId });
    await kit.drain();
    expect(await enrolments(journeyId)).toMatchObject([{ status: 'exited', exitReason: 'journey_archived' }]);
    await tell(t, (await person(t)).id);
    await kit.drain();
    expect(await enrolments(journeyId)).toHaveLength(1);
  });

  test('each is refused in a state it does not fit', async () => {
    const journeyId = await journey(t);
    await expect(t.run(resumeJourney, { journeyId })).rejects.toMatchObject({ code: 'journey.not_paused' });
    await t.run(pauseJourney, { journeyId });
    await expect(t.run(pauseJourney, { journeyId })).rejects.toMatchObject({ code: 'journey.not_live' });
    await t.run(archiveJourney, { journeyId });
    await expect(t.run(archiveJourney, { journeyId })).rejects.toMatchObject({ code: 'journey.archived' });
    await expect(t.run(publishJourney, { journeyId })).rejects.toMatchObject({ code: 'journey.archived' });
    await expect(t.run(redraftJourney, { journeyId, definition: await definition(t) })).rejects.toMatchObject({
      code: 'journey.archived',
    });
  });
});

test('of another tenant a journey does not exist, and each verb needs its own right', async () => {
  const journeyId = await journey(t);
  const other = await kit.tenant();
  const { actor } = await t.user({ permissions: { 'journey:read': 'all' } });
  for (const verb of [pauseJourney, resumeJourney, archiveJourney]) {
    await expect(other.run(verb, { journeyId })).rejects.toMatchObject({ code: 'journey.not_found' });
    await expect(t.run(verb, { journeyId }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
  }
  await expect(other.run(publishJourney, { journeyId })).rejects.toMatchObject({ code: 'journey.not_found' });
  await expect(t.run(publishJourney, { journeyId }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
  const draft = (await definition(t)) as never;
  await expect(other.run(redraftJourney, { journeyId, definition: draft })).rejects.toMatchObject({ code: 'journey.not_found' });
  await expect(t.run(redraftJourney, { journeyId, definition: draft }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(t.run(createJourney, { name: 'x', definition: draft }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('a trigger of another tenant starts nothing here', async () => {
  const journeyId = await journey(t);
  const other = await kit.tenant();
  await tell(other, (await person(other)).id);
  await kit.drain();
  expect(await enrolments(journeyId)).toHaveLength(0);
});
