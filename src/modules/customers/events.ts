import { defineEvent } from '#kernel/usecase/define-event.js';
import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { consentChannels } from './consent/consent.resource.js';

const consentFacts = {
  contactId: ref('contact', { required: true }),
  channel: choice(consentChannels, { required: true }),
  purpose: text(60, { required: true }),
  source: text(200, { required: true }),
  saidAt: instant({ required: true }),
} as const;

export const ConsentGranted = defineEvent('customers.consent_granted', 'A contact now allows a purpose on a channel.', consentFacts);
export const ConsentWithdrawn = defineEvent(
  'customers.consent_withdrawn',
  'A contact no longer allows a purpose on a channel. Nothing planned for it may go out any more.',
  consentFacts,
);
export const ActivityCompleted = defineEvent('customers.activity_completed', 'An activity was done.', {
  activityId: ref('activity', { required: true }),
  kind: choice(['call', 'meeting', 'email', 'note', 'task'], { required: true }),
  accountId: ref('account'),
  contactId: ref('contact'),
  ownerId: ref('user', { required: true }),
});
