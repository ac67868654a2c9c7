import type { StoredMapping } from '../../domain/stored/stored-mapping.js';
import { amountIn, careful, dealCourse, idOf, linkTo, pipelineSteps, plain, salutations, type StageRow } from './words.js';

const system = 'salesforce';
const pipeline = 'Salesforce';
const open = (name: string, probability: number): StageRow => ({ name, kind: 'open', probability });
const stages: readonly StageRow[] = [
  open('Prospecting', 10),
  open('Qualification', 10),
  open('Needs Analysis', 20),
  open('Value Proposition', 50),
  open('Id. Decision Makers', 60),
  open('Perception Analysis', 70),
  open('Proposal/Price Quote', 75),
  open('Negotiation/Review', 90),
  { name: 'Closed Won', kind: 'won', probability: 100 },
  { name: 'Closed Lost', kind: 'lost', probability: 0 },
];
const address = (kind: string) => ({
  'address.street': `${kind}Street`,
  'address.city': `${kind}City`,
  'address.region': `${kind}State`,
  'address.postalCode': `${kind}PostalCode`,
});

/** The object files of a Salesforce data export. */
export const salesforce: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['Account.csv', 'Contact.csv', 'Lead.csv', 'Opportunity.csv', 'OpportunityHistory.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'accounts',
      resource: 'account',
      file: 'Account.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'Id'),
        linkTo(system, 'account', { column: 'ParentId', to: 'parentId' }),
        ...plain({ name: 'Name', ...address('Billing') }),
        ...careful({ phone: 'Phone', website: 'Website', employees: 'NumberOfEmployees' }),
        { from: '{Industry}', to: 'sector', transform: ['lower'] },
        amountIn('USD', 'AnnualRevenue', 'annualRevenue'),
        ...careful({ createdAt: 'CreatedDate', updatedAt: 'LastModifiedDate' }),
      ],
    },
    {
      name: 'contacts',
      resource: 'contact',
      file: 'Contact.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'contact', 'Id'),
        linkTo(system, 'account', { column: 'AccountId', to: 'accountId' }),
        ...plain({ firstName: 'FirstName', lastName: 'LastName', jobTitle: 'Title', ...address('Mailing') }),
        ...careful({ phone: 'Phone', mobile: 'MobilePhone', email: 'Email', createdAt: 'CreatedDate', updatedAt: 'LastModifiedDate' }),
        { from: '{Salutation}', to: 'salutation', valueMap: salutations, onError: 'empty' },
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'opportunities',
      resource: 'opportunity',
      file: 'Opportunity.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'Id'),
        linkTo(system, 'account', { column: 'AccountId', to: 'accountId' }),
        ...plain({ name: 'Name' }),
        amountIn('USD', 'Amount', 'amount'),
        ...dealCourse({
          pipeline,
          stage: 'StageName',
          stages,
          close: 'CloseDate',
          since: ['LastStageChangeDate', 'LastModifiedDate', 'CreatedDate'],
        }),
        ...careful({ createdAt: 'CreatedDate', updatedAt: 'LastModifiedDate' }),
      ],
      defaults: { ownerId: '@me' },
    },
    {
      name: 'leads',
      resource: 'lead',
      file: 'Lead.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'lead', 'Id'),
        ...plain({
          firstName: 'FirstName',
          lastName: 'LastName',
          company: 'Company',
          jobTitle: 'Title',
          source: 'LeadSource',
          notes: 'Description',
        }),
        ...careful({
          phone: ['Phone', 'MobilePhone'],
          email: 'Email',
          website: 'Website',
          createdAt: 'CreatedDate',
          updatedAt: 'LastModifiedDate',
        }),
        // A lead that became a customer over there is one here when its account came along; else it is a lead that was qualified.
        {
          from: '{Status}',
          to: 'status',
          valueMap: {
            'Closed - Converted': 'qualified',
            'Closed - Not Converted': 'disqualified',
            'Working - Contacted': 'working',
            Working: 'working',
          },
          otherwise: 'new',
        },
        {
          from: '{Status}',
          to: 'disqualifiedReason',
          valueMap: { 'Closed - Not Converted': 'Not recorded in the source.' },
          otherwise: null,
        },
      ],
      defaults: { ownerId: '@me' },
    },
    {
      name: 'history of opportunities',
      resource: 'opportunity_stage_change',
      file: 'OpportunityHistory.csv',
      match: [],
      mode: 'report',
      reason: 'The course of a deal is written by its moves here; the history of another system has no home yet.',
      columns: [],
    },
  ],
};
