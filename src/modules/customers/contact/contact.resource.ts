import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { address, boolean, choice, email, phone, ref, text } from '#kernel/resource/fields.js';

export const Contact = defineResource('contact', {
  description: 'A person we know, usually at an account.',
  table: 'customers.contacts',
  scope: ownedBy('ownerId'),
  large: true,
  fields: {
    accountId: ref('account', { inverse: 'contacts', description: 'The account this person works for.' }),
    ownerId: ref('user', { inverse: 'contacts', description: 'The person who keeps this relation.' }),
    salutation: choice(['ms', 'mr', 'mx'], { personal: true }),
    firstName: text(80, { personal: true, search: true }),
    lastName: text(80, { personal: true, required: true, search: true, index: true }),
    jobTitle: text(120, { personal: true }),
    email: email({ personal: true, search: true, index: true }),
    phone: phone({ personal: true }),
    mobile: phone({ personal: true }),
    address: address({ personal: true }),
    language: text(35, { description: 'Preferred language as a BCP 47 tag: de, en-GB.' }),
    timeZone: text(64, { description: 'IANA zone, for calls and quiet hours: Europe/Berlin.' }),
    doNotCall: boolean({ required: true, default: false, description: 'Has asked not to be telephoned, whatever consents say.' }),
    externalRef: text(200, { unique: true, description: 'Name in another system, `system:key`; the handle for imports.' }),
  },
  indexes: [['createdAt'], ['updatedAt']],
});
export type Contact = Row<typeof Contact>;
