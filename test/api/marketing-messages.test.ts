import { withdrawConsent } from '#modules/customers/consent/withdraw-consent.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { pauseJourney } from '#modules/marketing/journey/pause-journey.js';
import { resumeJourney } from '#modules/marketing/journey/resume-journey.js';
import { MessageBecameUnknown } from '#modules/marketing/events.js';
import { OutboundMessage } from '#modules/marketing/message/outbound-message.resource.js';
import { resolveMessage } from '#modules/marketing/message/resolve-message.js';
import { liftSuppression } from '#modules/marketing/suppression/lift-suppression.js';
import { suppressAddress } from '#modules/marketing/suppression/suppress-address.js';
import { Suppression } from '#modules/marketing/suppression/suppression.resource.js';
import { unavailable, invalid } from '#kernel/errors/domain-error.js';
import type { MailResult, OutgoingMail, RenderedMail } from '#kernel/ports/ports.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { journey, messages, openMarketing, person, tell } from './marketing-kit.js';

let kit: Kit;
let t: TestTenant;
let journeyId: string;
/** Everything the mail server has taken or may have taken. */
let handed: OutgoingMail[];
let answer: (mail: OutgoingMail) => Promise<MailResult>;
let fill: () => Promise<RenderedMail>;

const accepted = (): Promise<MailResult> => Promise.resolve({ outcome: 'accepted', response: '250 ok' });
const says = (outcome: 'refused' | 'deferred' | 'unknown', response: string) => (): Promise<MailResult> =>
  Promise.resolve({ outcome, response });

beforeAll(async () => {
  kit = await openMarketing({
    ports: {
      mailer: {
        send: async (mail, handOver) => {
          if (!(await handOver())) return { outcome: 'deferred', response: 'not handed over' };
          handed.push(mail);
          return answer(mail);
        },
      },
      templates: { render: () => fill() },
    },
  });
});
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T10:00:00Z'));
  handed = [];
  answer = accepted;
  fill = () => Promise.resolve({ subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' });
  t = await kit.tenant();
  journeyId = await journey(t);
});
afterAll(() => kit.close());

/** Tells the triggering event and lets everything happen. */
async function trigger(contactId: string): Promise<OutboundMessage> {
  await tell(t, contactId);
  await kit.drain();
  return only(contactId);
}
async function only(contactId: string): Promise<OutboundMessage> {
  const [message, ...more] = await messages(t, { contactId });
  if (!message || more.length > 0) throw new Error(`${more.length + (message ? 1 : 0)} messages`);
  return message;
}
const later = async (minutes: number) => {
  kit.clock.advance({ minutes });
  await kit.drain();
};

test('a mail goes to the person, with a way out in its headers, and is written down', async () => {
  const ada = await person(t);
  expect(await trigger(ada.id)).toMatchObject({ status: 'sent', attempts: 1, address: ada.email, subject: 'Hello', response: '250 ok' });
  expect(handed).toMatchObject([
    { to: { name: 'Ada Lovelace', address: ada.email }, from: { name: 'Shop', address: 'shop@kontor.example' } },
  ]);
  const { headers, messageId } = handed[0] ?? {};
  expect(headers?.['List-Unsubscribe']).toMatch(/^<http:\/\/127\.0\.0\.1:3000\/public\/v1\/u\/[\w.-]+>$/);
  expect(headers?.['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  expect(messageId).toBe(`<${(await only(ada.id)).id}@kontor.example>`);
});

describe('what keeps a mail from going out', () => {
  test('no consent', async () => {
    const ada = await person(t, {}, false);
    expect(await trigger(ada.id)).toMatchObject({ status: 'suppressed', reason: 'consent_missing', attempts: 0 });
    expect(handed).toHaveLength(0);
  });

  test('consent withdrawn after the mail was planned', async () => {
    answer = says('deferred', '451 later');
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'queued', reason: 'deferred' });
    await t.run(withdrawConsent, { contactId: ada.id, channel: 'email', purpose: 'newsletter', source: 'call' });
    answer = accepted;
    await later(10);
    expect(await only(ada.id)).toMatchObject({ status: 'cancelled', reason: 'consent_withdrawn' });
    expect(handed).toHaveLength(1);
  });

  test('no address', async () => {
    expect(await trigger((await person(t, { email: null })).id)).toMatchObject({ status: 'suppressed', reason: 'no_address' });
  });

  test('a suppressed address, whatever its case', async () => {
    const ada = await person(t);
    await t.run(suppressAddress, { address: (ada.email ?? '').toUpperCase(), reason: 'manual' });
    expect(await trigger(ada.id)).toMatchObject({ status: 'suppressed', reason: 'suppressed_address' });
  });

  test('another profile of the same mailbox that got it already', async () => {
    const ada = await person(t);
    const twin = await person(t, { email: ada.email });
    expect(await trigger(ada.id)).toMatchObject({ status: 'sent' });
    expect(await trigger(twin.id)).toMatchObject({ status: 'suppressed', reason: 'duplicate_address' });
    expect(handed).toHaveLength(1);
  });

  test('a pause, until it ends', async () => {
    answer = says('deferred', '451 later');
    const ada = await person(t);
    await trigger(ada.id);
    await t.run(pauseJourney, { journeyId });
    answer = accepted;
    await later(10);
    expect(await only(ada.id)).toMatchObject({ status: 'queued' });
    await t.run(resumeJourney, { journeyId });
    await kit.drain();
    expect(await only(ada.id)).toMatchObject({ status: 'sent', attempts: 2 });
  });

  test('the address is the one of now, not of when it was planned', async () => {
    answer = says('deferred', '451 later');
    const ada = await person(t);
    await trigger(ada.id);
    await t.work((work) => work.repo(Contact).update(ada.id, { email: 'new@customer.example' }));
    answer = accepted;
    await later(2);
    expect(handed.at(-1)?.to.address).toBe('new@customer.example');
  });
});

describe('what the mail server says', () => {
  test('later: asked again with growing patience until it is too late', async () => {
    answer = says('deferred', '451 later');
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'queued', notBefore: new Date('2026-03-02T10:01:00Z') });
    await later(1);
    expect(await only(ada.id)).toMatchObject({ attempts: 2, notBefore: new Date('2026-03-02T10:06:00Z') });
    for (let hours = 0; hours < 80; hours += 5) await later(300);
    expect(await only(ada.id)).toMatchObject({ status: 'expired', reason: 'too_late' });
    const tried = handed.length;
    await later(3000);
    expect(handed).toHaveLength(tried);
  });

  test('never: it is not tried again, and a dead address is remembered', async () => {
    answer = says('refused', '550 5.1.1 no such user');
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'failed', reason: 'refused', response: '550 5.1.1 no such user' });
    await later(60);
    expect(handed).toHaveLength(1);
    expect(await t.work((work) => work.repo(Suppression).list({}))).toMatchObject([{ reason: 'dead_address' }]);
  });

  test('a refusal for policy does not condemn the address', async () => {
    answer = says('refused', '550 5.7.1 not from you');
    await trigger((await person(t)).id);
    expect(await t.work((work) => work.repo(Suppression).count({}))).toBe(0);
  });

  test('nothing: the mail is unknown and is not sent again', async () => {
    answer = says('unknown', 'connection lost');
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'unknown', reason: 'no_answer_kept', response: 'connection lost' });
    answer = accepted;
    await later(600);
    expect(handed).toHaveLength(1);
  });
});

describe('a process that dies', () => {
  const dies = () => Promise.reject(new Error('killed here'));

  test('with the mail in its hands leaves it unknown, visible, and not sent again', async () => {
    answer = dies;
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'sending', attempts: 1 });
    answer = accepted;
    await later(5);
    expect(await only(ada.id)).toMatchObject({ status: 'unknown' });
    await later(600);
    expect(handed).toHaveLength(1);
    const told = await kit.asOwner(`select subject_id from kernel.outbox where type = $1`, [MessageBecameUnknown.name], t.id);
    expect(told).toEqual([{ subject_id: (await only(ada.id)).id }]);
  });

  test('before that leaves the mail queued, and it goes out later', async () => {
    fill = dies;
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'queued', attempts: 0 });
    fill = () => Promise.resolve({ subject: 'Hello', html: '', text: '' });
    await later(5);
    expect(await only(ada.id)).toMatchObject({ status: 'sent' });
    expect(handed).toHaveLength(1);
  });

  test('only seemingly: who lost his lease but heard the server still writes down what it said', async () => {
    const ada = await person(t);
    let finish = (): void => undefined;
    answer = () =>
      new Promise((resolve) => {
        finish = () => {
          resolve({ outcome: 'accepted', response: '250 late' });
        };
      });
    await tell(t, ada.id);
    const first = kit.drain();
    while (handed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    kit.clock.advance({ minutes: 5 }); // the lease is over
    await kit.drain();
    expect(await only(ada.id)).toMatchObject({ status: 'unknown' });
    finish();
    await first;
    expect(await only(ada.id)).toMatchObject({ status: 'sent', response: '250 late' });
    expect(handed).toHaveLength(1);
  });
});

test('two workers at once send each mail once', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, () => person(t)));
  for (const { id } of people) await tell(t, id);
  await Promise.all([kit.drain(), kit.drain(), kit.drain()]);
  await kit.drain();
  expect(handed.map((mail) => mail.to.address).sort()).toEqual(people.map((p) => p.email).sort());
});

describe('templates at fault', () => {
  test('a template that cannot be filled fails the mail with the reason', async () => {
    fill = () => Promise.reject(invalid('email_template.render_failed', 'undefined variable: contact.age, line:1'));
    expect(await trigger((await person(t)).id)).toMatchObject({
      status: 'failed',
      reason: 'render_failed',
      response: expect.stringContaining('contact.age'),
    });
  });

  test('a renderer that is busy is asked again', async () => {
    fill = () => Promise.reject(unavailable('email_template.renderer_busy', 'busy'));
    const ada = await person(t);
    expect(await trigger(ada.id)).toMatchObject({ status: 'queued' });
    fill = () => Promise.resolve({ subject: 's', html: '', text: '' });
    await later(5);
    expect(await only(ada.id)).toMatchObject({ status: 'sent' });
  });
});

describe('deciding about an unknown mail', () => {
  async function unknown() {
    answer = says('unknown', 'connection lost');
    const message = await trigger((await person(t)).id);
    answer = accepted;
    return message.id;
  }

  test.each([
    ['sent', 'sent'],
    ['not_sent', 'failed'],
  ] as const)('%s: it is %s, and nothing goes out', async (decision, status) => {
    const outboundMessageId = await unknown();
    expect(await t.run(resolveMessage, { outboundMessageId, decision })).toMatchObject({ status });
    await later(60);
    expect(handed).toHaveLength(1);
    await expect(t.run(resolveMessage, { outboundMessageId, decision })).rejects.toMatchObject({ code: 'outbound_message.not_unknown' });
  });

  test('send again: once more, after all has been asked again', async () => {
    const outboundMessageId = await unknown();
    await t.run(resolveMessage, { outboundMessageId, decision: 'send_again' });
    await kit.drain();
    expect(handed).toHaveLength(2);
    expect(await t.work((work) => work.repo(OutboundMessage).get(outboundMessageId))).toMatchObject({
      status: 'sent',
      attempts: 2,
      resolvedById: t.admin.userId,
    });
  });

  test('takes the right to, in the own tenant', async () => {
    const outboundMessageId = await unknown();
    const { actor } = await t.user({ permissions: { 'outbound_message:read': 'all' } });
    await expect(t.run(resolveMessage, { outboundMessageId, decision: 'sent' }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect((await kit.tenant()).run(resolveMessage, { outboundMessageId, decision: 'sent' })).rejects.toMatchObject({
      code: 'outbound_message.not_found',
    });
  });
});

describe('suppression', () => {
  test('keeps no readable address, is kept once, and can be lifted', async () => {
    const { suppressionId } = await t.run(suppressAddress, { address: 'Eve@x.example', reason: 'manual' });
    expect(await t.run(suppressAddress, { address: 'eve@x.example', reason: 'manual' })).toEqual({ suppressionId });
    expect(JSON.stringify(await t.work((work) => work.repo(Suppression).get(suppressionId)))).not.toContain('eve');
    await t.run(liftSuppression, { suppressionId, reason: 'typing mistake' });
    expect(await t.work((work) => work.repo(Suppression).find(suppressionId))).toBeNull();
  });

  test('after a complaint is not lifted by us', async () => {
    await t.run(suppressAddress, { address: 'eve@x.example', reason: 'manual' });
    const { suppressionId } = await t.run(suppressAddress, { address: 'eve@x.example', reason: 'complaint' });
    await expect(t.run(liftSuppression, { suppressionId, reason: 'please' })).rejects.toMatchObject({ code: 'suppression.lift_forbidden' });
  });

  test('holds in one tenant and takes the right to', async () => {
    const { suppressionId } = await t.run(suppressAddress, { address: 'eve@x.example', reason: 'manual' });
    const other = await kit.tenant();
    await expect(other.run(liftSuppression, { suppressionId, reason: 'x' })).rejects.toMatchObject({ code: 'suppression.not_found' });
    const { actor } = await t.user({ permissions: { 'suppression:read': 'all' } });
    await expect(t.run(suppressAddress, { address: 'a@x.example', reason: 'manual' }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(t.run(liftSuppression, { suppressionId, reason: 'x' }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
