import { defineEvent } from '#kernel/usecase/define-event.js';
import { choice, integer, ref, text } from '#kernel/resource/fields.js';

const membership = {
  segmentId: ref('segment', { required: true }),
  contactId: ref('contact', { required: true }),
} as const;
const messageFacts = {
  messageId: ref('outbound_message', { required: true }),
  contactId: ref('contact', { required: true }),
  journeyId: ref('journey', { required: true }),
  stepId: text(40, { required: true }),
} as const;

export const SegmentEntered = defineEvent(
  'marketing.segment_entered',
  'Something about a person changed and he now belongs to a segment. Not told of those a new condition finds.',
  membership,
);
export const SegmentLeft = defineEvent('marketing.segment_left', 'A person no longer belongs to a segment.', membership);
export const SegmentBuilt = defineEvent('marketing.segment_built', 'A new condition was applied to everybody for the first time.', {
  segmentId: ref('segment', { required: true }),
  revision: integer({ required: true }),
  entered: integer({ required: true }),
  left: integer({ required: true }),
});
export const JourneyPublished = defineEvent('marketing.journey_published', 'A version of a journey went live.', {
  journeyId: ref('journey', { required: true }),
  number: integer({ required: true }),
});
export const EnrolmentEnded = defineEvent('marketing.enrolment_ended', 'A person has come to the end of a journey, or left it before.', {
  enrolmentId: ref('enrolment', { required: true }),
  journeyId: ref('journey', { required: true }),
  contactId: ref('contact', { required: true }),
  status: choice(['completed', 'exited', 'failed'], { required: true }),
  reason: text(60),
});
export const MessageSent = defineEvent('marketing.message_sent', 'A mail server has taken an e-mail.', messageFacts);
export const MessageBecameUnknown = defineEvent(
  'marketing.message_became_unknown',
  'Nobody knows whether an e-mail went out: the process ended or the line broke at the wrong moment. A person has to decide.',
  messageFacts,
);
export const ContactUnsubscribed = defineEvent('marketing.contact_unsubscribed', 'A person used the unsubscribe link of an e-mail.', {
  contactId: ref('contact', { required: true }),
  messageId: ref('outbound_message', { required: true }),
  purpose: text(60, { required: true }),
});
