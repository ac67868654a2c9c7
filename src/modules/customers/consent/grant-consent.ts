import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Contact } from '../contact/contact.resource.js';
import { consentChannels } from './consent.resource.js';
import { recordConsent } from './record-consent.js';

export const grantConsent = defineCommand({
  name: 'consent.grant',
  summary: 'Record that a contact allows a purpose on a channel, with proof.',
  description:
    'Appends to the ledger. A statement older than a recorded withdrawal never lifts it; the answer shows the status that counts.',
  rest: { path: '/contacts/{contactId}/consents/grant' },
  input: {
    contactId: ref('contact', { required: true }),
    channel: choice(consentChannels, { required: true }),
    purpose: text(60, { required: true, description: 'What for, as a code: newsletter, events, tracking.' }),
    source: text(200, { required: true, description: 'Where it was said: web form, call, trade fair.' }),
    textVersion: text(100, { required: true, description: 'Version of the text the contact agreed to.' }),
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
    return recordConsent(work, 'granted', { ...input, contactId: contact.id });
  },
});
