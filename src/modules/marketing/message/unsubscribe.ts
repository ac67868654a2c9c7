import { withdrawConsent } from '#modules/customers/api.js';
import type { Work } from '#kernel/usecase/work.js';
import { ContactUnsubscribed } from '../events.js';
import { OutboundMessage } from './outbound-message.resource.js';
import { stopMails } from './stop-mails.js';

/** The person says no. Said twice it is the same no; of a mail that is gone it is none. */
export async function unsubscribe(work: Work, messageId: string, ip: string | null): Promise<void> {
  const message = await work.system.repo(OutboundMessage).find(messageId);
  if (!message) return;
  const { contactId, purpose } = message;
  await withdrawConsent(work, { contactId, channel: 'email', purpose, source: `unsubscribe link of message ${messageId}`, ip });
  await stopMails(work, contactId, purpose);
  await work.emit(ContactUnsubscribed, { contactId, messageId, purpose }, { resource: 'contact', id: contactId });
}
