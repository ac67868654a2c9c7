import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { address, email, integer, money, phone, ref, text, url } from '#kernel/resource/fields.js';

export const Account = defineResource('account', {
  description: 'A company or household we do business with, or want to.',
  table: 'customers.accounts',
  scope: ownedBy('ownerId', { territory: 'territoryId' }),
  large: true,
  fields: {
    name: text(200, { required: true, search: true, index: true }),
    number: text(40, { unique: true, index: true, description: 'Customer number, as printed on invoices.' }),
    ownerId: ref('user', { inverse: 'accounts', description: 'The person who looks after this account.' }),
    territoryId: ref('territory', { inverse: 'accounts', onDelete: 'set_null', description: 'The part of the market it lies in.' }),
    parentId: ref('account', { inverse: 'subsidiaries', onDelete: 'set_null', description: 'The company this one belongs to.' }),
    sector: text(80, { index: true, description: 'Line of business in lower case: technology, medical, retail.' }),
    website: url(),
    phone: phone(),
    email: email({ index: true, description: 'The general address of the house, not that of a person.' }),
    address: address(),
    employees: integer({ min: 0, index: true }),
    annualRevenue: money({ index: true, description: 'Turnover of the last full year.' }),
    foundedYear: integer({ min: 1000, max: 2200 }),
    externalRef: text(200, { unique: true, description: 'Name in another system, `system:key`; the handle for imports.' }),
  },
  indexes: [['createdAt'], ['updatedAt']],
  invariants: [
    {
      code: 'account.own_parent',
      message: 'An account cannot belong to itself.',
      holds: ({ id, parentId }) => parentId === null || parentId !== id,
    },
    {
      code: 'account.sector_not_normalised',
      message: 'A sector is written in lower case, without spaces around it.',
      holds: ({ sector }) => sector === null || (sector === sector.toLowerCase() && sector === sector.trim()),
    },
  ],
});
export type Account = Row<typeof Account>;
