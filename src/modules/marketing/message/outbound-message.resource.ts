import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, email, instant, integer, ref, text } from '#kernel/resource/fields.js';
import { messageStates } from '../domain/message-state.js';

/** What a template may say of a person, and so may stand in what was sent. */
const personal = [
  ...['salutation', 'firstName', 'lastName', 'email', 'language'].map((name) => `contact.${name}`),
  'tracked_event.type',
  'tracked_event.occurredAt',
  'tracked_event.properties',
];

export const OutboundMessage = defineResource('outbound_message', {
  description: 'The intent to send one e-mail, which exists before anything is sent. One a step of an enrolment, never two.',
  table: 'marketing.outbound_messages',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    enrolmentId: ref('enrolment', { required: true, writer: 'system', inverse: 'messages', onDelete: 'cascade' }),
    stepId: text(40, { required: true, writer: 'system' }),
    journeyId: ref('journey', { required: true, writer: 'system', inverse: 'messages' }),
    journeyVersionId: ref('journey_version', { required: true, writer: 'system' }),
    contactId: ref('contact', { required: true, writer: 'system', inverse: 'outboundMessages', onDelete: 'cascade' }),
    channel: choice(['email'], { required: true, default: 'email', writer: 'system' }),
    purpose: text(60, { required: true, writer: 'system', description: 'What the contact must have consented to.' }),
    status: choice(messageStates, {
      required: true,
      default: 'queued',
      writer: 'system',
      index: true,
      description:
        "`sending`: handed to the mail server just now. `unknown`: the process ended or the line broke before the server's answer was kept; never sent again by itself. `suppressed` and `cancelled` name their reason.",
    }),
    reason: text(60, {
      writer: 'system',
      description: 'Why it was not sent: consent_missing, suppressed_address, no_address, consent_withdrawn, render_failed, refused …',
    }),
    address: email({ personal: true, writer: 'system', of: ['contact.email'], description: 'Where it went; filled in when it is sent.' }),
    subject: text(250, { personal: true, writer: 'system', of: personal, description: 'As sent.' }),
    attempts: integer({ required: true, default: 0, writer: 'system', description: 'How often it was handed to a mail server.' }),
    response: text(500, { writer: 'system', description: 'What the mail server said last.' }),
    notBefore: instant({ required: true, writer: 'system', description: 'When it may go out, or be tried again.' }),
    latest: instant({ required: true, writer: 'system', description: 'After this it does not go out any more.' }),
    sendingAt: instant({ writer: 'system', description: 'When it was last handed over.' }),
    sentAt: instant({ writer: 'system', description: 'When the mail server took it.' }),
    resolvedById: ref('user', { writer: 'system', description: 'Who decided about an unknown message.' }),
  },
  unique: [{ fields: ['enrolmentId', 'stepId'], code: 'already_planned' }],
  indexes: [['contactId', 'status']],
});
export type OutboundMessage = Row<typeof OutboundMessage>;
