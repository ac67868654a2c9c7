import { contactCard, type ContactCard } from '#modules/customers/api.js';
import { sql } from '#kernel/db/sql.js';
import { canonical } from '#kernel/text/reading.js';
import type { Work } from '#kernel/usecase/work.js';
import { inLanguageOf } from '../template/template-in-language.js';
import { TrackedEvent } from '../event/tracked-event.resource.js';
import { Enrolment } from '../journey/enrolment.resource.js';
import { JourneyVersion } from '../journey/journey-version.resource.js';
import { addresseeOf, becomeUnknown } from './message-steps.js';
import { OutboundMessage } from './outbound-message.resource.js';
import { unsubscribeUrl } from './unsubscribe-link.js';

/** All that filling the template needs; null when there is nothing to send any more. */
export async function prepareMessage(work: Work, messageId: string) {
  const message = await work.repo(OutboundMessage).first({ id: messageId }, { lock: 'wait' });
  if (!message) return null; // the person was erased
  if (message.status === 'sending') {
    // Somebody died, or lost his lease, with this mail in his hands.
    await becomeUnknown(work, messageId, message.attempts);
    return null;
  }
  const to = await addresseeOf(work, message);
  if (!to) return null;
  const version = await work.repo(JourneyVersion).get(message.journeyVersionId);
  const { definition, templates } = version;
  const step = definition.steps.find(({ id }) => id === message.stepId);
  const template = step?.kind === 'email' ? templates[step.templateId] : undefined;
  const contact = await contactCard(work.system, message.contactId);
  if (!template || !contact) throw new Error(`The message ${messageId} has lost its template or contact.`);
  const url = unsubscribeUrl(work, messageId);
  return {
    from: definition.from,
    to,
    template: { ...inLanguageOf(template, contact.language), reader: await readerOf(work, contact) },
    unsubscribeUrl: url,
    messageIdHeader: `<${messageId}@${definition.from.address.split('@')[1] ?? 'localhost'}>`,
    values: { contact: shown(contact), event: await eventOf(work, message.enrolmentId), links: { unsubscribe: url } },
  };
}

/** Who reads it, and where: of the contact's language what is known, else as the company writes. */
async function readerOf(work: Work, { language }: ContactCard) {
  const [tenant] = await work.rows<{ locale: string; timeZone: string }>(
    sql`select locale, time_zone as "timeZone" from kernel.tenants where id = ${work.tenantId}`,
  );
  return { language: canonical(language ?? '') ?? canonical(tenant?.locale ?? '') ?? 'en', timeZone: tenant?.timeZone ?? 'UTC' };
}

/** What templates may say of a person. */
const shown = ({ salutation, firstName, lastName, email, language }: ContactCard) => ({ salutation, firstName, lastName, email, language });

async function eventOf(work: Work, enrolmentId: string) {
  const { triggerEventId } = await work.repo(Enrolment).get(enrolmentId);
  const event = triggerEventId ? await work.repo(TrackedEvent).find(triggerEventId) : null;
  return event
    ? { type: event.type, occurredAt: event.occurredAt.toISOString(), properties: event.properties }
    : { type: null, occurredAt: null, properties: {} };
}
