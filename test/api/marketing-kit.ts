import { customers } from '#modules/customers/customers.module.js';
import { grantConsent } from '#modules/customers/api.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { identity } from '#modules/identity/identity.module.js';
import { createJourney } from '#modules/marketing/journey/create-journey.js';
import { publishJourney } from '#modules/marketing/journey/publish-journey.js';
import { marketing } from '#modules/marketing/marketing.module.js';
import { ingestEvent } from '#modules/marketing/event/ingest-event.js';
import { OutboundMessage } from '#modules/marketing/message/outbound-message.resource.js';
import { EmailTemplate } from '#modules/marketing/template/email-template.resource.js';
import { openKit, type KitOptions, type TestTenant } from '#kernel/testing/kit.js';

export const modules = [identity, customers, marketing];
export const openMarketing = (options?: KitOptions) => openKit(modules, options);

let serial = 0;
export const unique = (word: string) => `${word}-${(serial += 1)}`;

/** Someone who allows newsletters, unless told otherwise. */
export async function person(t: TestTenant, more: Record<string, unknown> = {}, consent = true) {
  const email = `${unique('ada')}@customer.example`;
  return t.work(async (work) => {
    const contact = await work.repo(Contact).create({ firstName: 'Ada', lastName: 'Lovelace', email, ...more });
    if (consent)
      await grantConsent(work, { contactId: contact.id, channel: 'email', purpose: 'newsletter', source: 'test', textVersion: 'v1' });
    return contact;
  });
}

export const template = (
  t: TestTenant,
  mjml = '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ contact.firstName }} <a href="{{ links.unsubscribe }}">stop</a></mj-text></mj-column></mj-section></mj-body></mjml>',
) => t.work((work) => work.repo(EmailTemplate).create({ name: unique('template'), subject: 'Hello {{ contact.firstName }}', mjml }));

/** A definition that mails at once, with `change` laid over it. */
export async function definition(t: TestTenant, change: Record<string, unknown> = {}) {
  const { id: templateId } = await template(t);
  return {
    trigger: { kind: 'event', event: 'cart.abandoned' },
    purpose: 'newsletter',
    from: { name: 'Shop', address: 'shop@kontor.example' },
    steps: [{ id: 'mail', kind: 'email', templateId }],
    ...change,
  };
}

/** A live journey. */
export async function journey(t: TestTenant, change: Record<string, unknown> = {}): Promise<string> {
  const { journeyId } = await t.run(createJourney, { name: unique('journey'), definition: await definition(t, change) });
  await t.run(publishJourney, { journeyId });
  return journeyId;
}

export const tell = (t: TestTenant, contactId: string, type = 'cart.abandoned', more: Record<string, unknown> = {}) =>
  t.run(ingestEvent, { id: unique('event'), type, contactId, ...more });

export const messages = (t: TestTenant, where: { contactId?: string; journeyId?: string }) =>
  t.work((work) => work.repo(OutboundMessage).list(where));
