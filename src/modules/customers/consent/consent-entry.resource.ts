import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { consentChannels } from './consent.resource.js';

export const ConsentEntry = defineResource('consent_entry', {
  description: 'One line of the consent ledger: proof of a grant or a withdrawal. Never changed, never removed while the contact exists.',
  table: 'customers.consent_entries',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    contactId: ref('contact', { required: true, writer: 'system', inverse: 'consentEntries', onDelete: 'cascade' }),
    channel: choice(consentChannels, { required: true, writer: 'system' }),
    purpose: text(60, { required: true, writer: 'system', description: 'What for, as a code: newsletter, events, tracking.' }),
    action: choice(['granted', 'withdrawn'], { required: true, writer: 'system' }),
    saidAt: instant({ required: true, writer: 'system', description: 'When the contact said so.' }),
    source: text(200, { required: true, writer: 'system', description: 'Where it was said: web form, call, unsubscribe link.' }),
    textVersion: text(100, { writer: 'system', description: 'Version of the text the contact agreed to.' }),
    ip: text(45, { personal: true, writer: 'system', description: 'Address the proof came from.' }),
    recordedById: ref('user', { writer: 'system', description: 'Who recorded it; empty when the contact did so by himself.' }),
  },
  indexes: [['contactId', 'channel', 'purpose', 'saidAt']],
});
export type ConsentEntry = Row<typeof ConsentEntry>;
