import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, ref, text } from '#kernel/resource/fields.js';

export const consentChannels = ['email', 'phone', 'sms', 'messenger', 'push', 'post'] as const;
export type ConsentChannel = (typeof consentChannels)[number];

export const Consent = defineResource('consent', {
  description: 'What a contact allows now, on one channel for one purpose. Written by the commands grant and withdraw only.',
  table: 'customers.consents',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    contactId: ref('contact', { required: true, writer: 'system', inverse: 'consents', onDelete: 'cascade' }),
    channel: choice(consentChannels, { required: true, writer: 'system' }),
    purpose: text(60, { required: true, writer: 'system', description: 'What for, as a code: newsletter, events, tracking.' }),
    status: choice(['granted', 'withdrawn'], { required: true, writer: 'system' }),
    changedAt: instant({ required: true, writer: 'system', description: 'When the contact last said so.' }),
    source: text(200, { required: true, writer: 'system', description: 'Where it was said: web form, call, unsubscribe link.' }),
    textVersion: text(100, { writer: 'system', description: 'Version of the text the contact agreed to.' }),
    ip: text(45, { personal: true, writer: 'system', description: 'Address the proof came from.' }),
  },
  unique: [{ fields: ['contactId', 'channel', 'purpose'], code: 'already_recorded' }],
  invariants: [
    {
      code: 'consent.granted_without_text',
      message: 'A granted consent names the text it was given to.',
      holds: (consent) => consent.status !== 'granted' || consent.textVersion !== null,
    },
  ],
});
export type Consent = Row<typeof Consent>;
