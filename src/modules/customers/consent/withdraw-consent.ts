import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Contact } from '../contact/contact.resource.js';
import { consentChannels } from './consent.resource.js';
import { recordConsent } from './record-consent.js';

export const withdrawConsent = defineCommand({
  name: 'consent.withdraw',
  summary: 'Record that a contact no longer allows a purpose on a channel.',
  description: 'Also records an objection where no consent was ever given. Saying it twice changes nothing.',
  rest: { path: '/contacts/{contactId}/consents/withdraw' },
  input: {
    contactId: ref('contact', { required: true }),
    channel: choice(consentChannels, { required: true }),
    purpose: text(60, { required: true, description: 'What for, as a code: newsletter, events, tracking.' }),
    source: text(200, { required: true, description: 'Where it was said: unsubscribe link, call, letter.' }),
    ip: text(45, { description: 'Address the proof came from.' }),
    saidAt: instant({ description: 'When the contact said so; now when left out.' }),
  },
  output: {
    consentId: ref('consent', { required: true }),
    status: choice(['granted', 'withdrawn'], { required: true, description: 'What counts now.' }),
  },
  errors: { 'consent.said_in_future': 'The time of the statement lies in the future.' },

  async run(input, work) {
    const contact = await work.repo(Contact).get(input.contactId);
    return recordConsent(work, 'withdrawn', { ...input, contactId: contact.id });
  },
});
