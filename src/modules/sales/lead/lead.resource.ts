import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, email, instant, longText, phone, ref, text, url } from '#kernel/resource/fields.js';

export const Lead = defineResource('lead', {
  description: 'A person who has shown interest and is not yet a customer.',
  table: 'sales.leads',
  scope: ownedBy('ownerId', { territory: 'territoryId' }),
  large: true,
  fields: {
    ownerId: ref('user', { required: true, inverse: 'leads', description: 'The seller who works this lead.' }),
    territoryId: ref('territory', { inverse: 'leads', onDelete: 'set_null', description: 'The part of the market it comes from.' }),
    firstName: text(80, { personal: true, search: true }),
    lastName: text(80, { personal: true, required: true, search: true, index: true }),
    company: text(200, { search: true }),
    jobTitle: text(120, { personal: true }),
    email: email({ personal: true, search: true, index: true }),
    phone: phone({ personal: true }),
    website: url(),
    source: text(80, { index: true, description: 'Where the interest was shown: trade fair, web form, referral.' }),
    notes: longText({ personal: true }),
    status: choice(['new', 'working', 'qualified', 'converted', 'disqualified'], {
      index: true,
      required: true,
      default: 'new',
      writer: 'system',
    }),
    disqualifiedReason: text(500, { writer: 'system' }),
    convertedAt: instant({ writer: 'system' }),
    accountId: ref('account', { writer: 'system', inverse: 'leads', description: 'The account this lead became.' }),
    contactId: ref('contact', { writer: 'system', inverse: 'leads', description: 'The contact this lead became.' }),
    opportunityId: ref('opportunity', {
      writer: 'system',
      inverse: 'leads',
      onDelete: 'set_null',
      description: 'The deal opened with the conversion.',
    }),
    externalRef: text(200, { unique: true, description: 'Name in another system, `system:key`; the handle for imports.' }),
  },
  indexes: [['createdAt'], ['updatedAt']],
  invariants: [
    {
      code: 'lead.converted_without_account',
      message: 'A converted lead names its account.',
      holds: (lead) => lead.status !== 'converted' || lead.accountId !== null,
    },
    {
      code: 'lead.disqualified_without_reason',
      message: 'A disqualified lead says why.',
      holds: (lead) => lead.status !== 'disqualified' || lead.disqualifiedReason !== null,
    },
  ],
});
export type Lead = Row<typeof Lead>;
