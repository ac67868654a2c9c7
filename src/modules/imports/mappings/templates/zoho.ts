import type { StoredMapping } from '../../domain/stored/stored-mapping.js';
import { addressOf, amountIn, careful, dealCourse, idOf, linkTo, pipelineSteps, plain, salutations, type StageRow } from './words.js';

const system = 'zoho';
const pipeline = 'Zoho';
const open = (name: string, probability: number): StageRow => ({ name, kind: 'open', probability });
const stages: readonly StageRow[] = [
  open('Qualification', 10),
  open('Needs Analysis', 20),
  open('Value Proposition', 40),
  open('Identify Decision Makers', 60),
  open('Proposal/Price Quote', 75),
  open('Negotiation/Review', 90),
  { name: 'Closed Won', kind: 'won', probability: 100 },
  { name: 'Closed Lost', kind: 'lost', probability: 0 },
  { name: 'Closed Lost to Competition', kind: 'lost', probability: 0 },
];
const dates = careful({ createdAt: 'Created Time', updatedAt: 'Modified Time' });

/** The module files of a Zoho CRM export. */
export const zoho: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['Accounts.csv', 'Contacts.csv', 'Deals.csv', 'Leads.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'accounts',
      resource: 'account',
      file: 'Accounts.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'Record Id'),
        linkTo(system, 'account', { column: 'Parent Account.id', to: 'parentId' }),
        ...plain({
          name: 'Account Name',
          ...addressOf({ street: 'Billing Street', city: 'Billing City', region: 'Billing State', postalCode: 'Billing Code' }),
        }),
        ...careful({ phone: 'Phone', website: 'Website', employees: 'Employees' }),
        { from: '{Industry}', to: 'sector', transform: ['lower'] },
        amountIn('USD', 'Annual Revenue', 'annualRevenue'),
        ...dates,
      ],
    },
    {
      name: 'contacts',
      resource: 'contact',
      file: 'Contacts.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'contact', 'Record Id'),
        linkTo(system, 'account', { column: 'Account Name.id', to: 'accountId' }),
        ...plain({ firstName: 'First Name', lastName: 'Last Name', jobTitle: 'Title' }),
        ...careful({ email: 'Email', phone: 'Phone', mobile: 'Mobile' }),
        { from: '{Salutation}', to: 'salutation', valueMap: salutations, onError: 'empty' },
        ...dates,
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'deals',
      resource: 'opportunity',
      file: 'Deals.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'Record Id'),
        linkTo(system, 'account', { column: 'Account Name.id', to: 'accountId' }),
        ...plain({ name: 'Deal Name' }),
        amountIn('USD', 'Amount', 'amount'),
        ...dealCourse({
          pipeline,
          stage: 'Stage',
          stages,
          close: 'Closing Date',
          since: ['Stage Modified Time', 'Modified Time', 'Created Time'],
        }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
    {
      name: 'leads',
      resource: 'lead',
      file: 'Leads.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'lead', 'Record Id'),
        ...plain({
          firstName: 'First Name',
          lastName: 'Last Name',
          company: 'Company',
          jobTitle: 'Title',
          source: 'Lead Source',
          notes: 'Description',
        }),
        ...careful({ email: 'Email', phone: ['Phone', 'Mobile'], website: 'Website' }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
  ],
};
