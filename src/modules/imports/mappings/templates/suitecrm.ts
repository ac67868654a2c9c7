import type { StoredMapping, StoredStep } from '../../domain/stored/stored-mapping.js';
import { addressOf, amountIn, careful, dealCourse, idOf, linkTo, pipelineSteps, plain, salutations, type StageRow } from './words.js';

const system = 'suitecrm';
const pipeline = 'SuiteCRM';
const open = (name: string, probability: number): StageRow => ({ name, kind: 'open', probability });
const stages: readonly StageRow[] = [
  open('Prospecting', 10),
  open('Qualification', 20),
  open('Needs Analysis', 25),
  open('Value Proposition', 30),
  open('Id. Decision Makers', 40),
  open('Perception Analysis', 50),
  open('Proposal/Price Quote', 65),
  open('Negotiation/Review', 80),
  { name: 'Closed Won', kind: 'won', probability: 100 },
  { name: 'Closed Lost', kind: 'lost', probability: 0 },
];
const dates = careful({ createdAt: 'Date Entered', updatedAt: 'Date Modified' });
const people = [
  ...plain({ firstName: 'First Name', lastName: 'Last Name', jobTitle: 'Title' }),
  ...careful({ email: ['Email Address', 'Email'], phone: 'Office Phone' }),
];

const leads: StoredStep = {
  name: 'leads',
  resource: 'lead',
  file: 'Leads.csv',
  match: ['externalRef'],
  columns: [
    idOf(system, 'lead', 'ID'),
    ...people,
    ...plain({ company: 'Account Name', source: 'Lead Source', notes: 'Description' }),
    ...careful({ website: 'Website' }),
    ...dates,
  ],
  defaults: { ownerId: '@me' },
};

/** Exports of SuiteCRM (and SugarCRM) modules. */
export const suitecrm: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['Accounts.csv', 'Contacts.csv', 'Opportunities.csv', 'Leads.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'accounts',
      resource: 'account',
      file: 'Accounts.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'ID'),
        linkTo(system, 'account', { column: 'Parent Account ID', to: 'parentId' }),
        ...plain({
          name: 'Name',
          ...addressOf({ street: 'Billing Street', city: 'Billing City', region: 'Billing State', postalCode: 'Billing Postal Code' }),
        }),
        ...careful({ phone: 'Office Phone', website: 'Website', employees: 'Employees' }),
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
        idOf(system, 'contact', 'ID'),
        linkTo(system, 'account', { column: 'Account ID', to: 'accountId' }),
        ...people,
        ...careful({ mobile: 'Mobile' }),
        { from: '{Salutation}', to: 'salutation', valueMap: salutations, onError: 'empty' },
        ...dates,
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'opportunities',
      resource: 'opportunity',
      file: 'Opportunities.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'ID'),
        linkTo(system, 'account', { column: 'Account ID', to: 'accountId' }),
        ...plain({ name: 'Opportunity Name' }),
        amountIn('USD', 'Opportunity Amount', 'amount'),
        ...dealCourse({ pipeline, stage: 'Sales Stage', stages, close: 'Expected Close Date', since: ['Date Modified', 'Date Entered'] }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
    leads,
  ],
};
