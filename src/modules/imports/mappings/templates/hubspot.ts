import type { StoredMapping } from '../../domain/stored/stored-mapping.js';
import { addressOf, amountIn, careful, dealCourse, idOf, linkTo, ownerByEmail, pipelineSteps, plain, type StageRow } from './words.js';

const system = 'hubspot';
const pipeline = 'HubSpot';
const open = (name: string, probability: number): StageRow => ({ name, kind: 'open', probability });
const stages: readonly StageRow[] = [
  open('Appointment Scheduled', 20),
  open('Qualified To Buy', 40),
  open('Presentation Scheduled', 60),
  open('Decision Maker Bought-In', 80),
  open('Contract Sent', 90),
  { name: 'Closed Won', kind: 'won', probability: 100 },
  { name: 'Closed Lost', kind: 'lost', probability: 0 },
];
const dates = careful({ createdAt: 'Create Date', updatedAt: 'Last Modified Date' });

/** Exports of HubSpot's lists of companies, contacts and deals. */
export const hubspot: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['companies.csv', 'contacts.csv', 'deals.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'companies',
      resource: 'account',
      file: 'companies.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'Record ID'),
        ...plain({
          name: ['Company name', 'Name'],
          ...addressOf({ street: 'Street Address', city: 'City', region: 'State/Region', postalCode: 'Postal Code' }),
        }),
        ...careful({ website: ['Website URL', 'Company Domain Name'], phone: 'Phone Number', employees: 'Number of Employees' }),
        { from: '{Industry}', to: 'sector', transform: ['lower'] },
        amountIn('USD', 'Annual Revenue', 'annualRevenue'),
        ...dates,
      ],
    },
    {
      name: 'contacts',
      resource: 'contact',
      file: 'contacts.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'contact', 'Record ID'),
        linkTo(system, 'account', { column: 'Primary Associated Company ID', to: 'accountId' }),
        ...plain({ firstName: 'First Name', lastName: ['Last Name', 'First Name', 'Email'], jobTitle: 'Job Title' }),
        ...careful({ email: 'Email', phone: 'Phone Number', mobile: 'Mobile Phone Number' }),
        ...dates,
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'deals',
      resource: 'opportunity',
      file: 'deals.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'Record ID'),
        linkTo(system, 'account', { column: 'Primary Associated Company ID', to: 'accountId' }),
        ...plain({ name: 'Deal Name' }),
        amountIn('USD', 'Amount', 'amount'),
        ownerByEmail('Deal owner email'),
        ...dealCourse({ pipeline, stage: 'Deal Stage', stages, close: 'Close Date', since: ['Last Modified Date', 'Create Date'] }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
  ],
};
