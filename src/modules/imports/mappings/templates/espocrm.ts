import type { StoredMapping } from '../../domain/stored/stored-mapping.js';
import { careful, dealCourse, idOf, linkTo, pipelineSteps, plain, salutations, type StageRow } from './words.js';

const system = 'espocrm';
const pipeline = 'EspoCRM';
const stages: readonly StageRow[] = [
  { name: 'Prospecting', kind: 'open', probability: 10 },
  { name: 'Qualification', kind: 'open', probability: 20 },
  { name: 'Proposal', kind: 'open', probability: 50 },
  { name: 'Negotiation', kind: 'open', probability: 80 },
  { name: 'Closed Won', kind: 'won', probability: 100 },
  { name: 'Closed Lost', kind: 'lost', probability: 0 },
];
const dates = careful({ createdAt: 'createdAt', updatedAt: 'modifiedAt' });
const address = (kind: string) =>
  plain({
    'address.street': `${kind}Street`,
    'address.city': `${kind}City`,
    'address.region': `${kind}State`,
    'address.postalCode': `${kind}PostalCode`,
  });

/** Exports of EspoCRM lists, whose columns are called as its fields are. */
export const espocrm: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['Account.csv', 'Contact.csv', 'Opportunity.csv', 'Lead.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'accounts',
      resource: 'account',
      file: 'Account.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'id'),
        ...plain({ name: 'name' }),
        ...address('billingAddress'),
        ...careful({ phone: 'phoneNumber', email: 'emailAddress', website: 'website' }),
        { from: '{industry}', to: 'sector', transform: ['lower'] },
        ...dates,
      ],
    },
    {
      name: 'contacts',
      resource: 'contact',
      file: 'Contact.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'contact', 'id'),
        linkTo(system, 'account', { column: 'accountId', to: 'accountId' }),
        ...plain({ firstName: 'firstName', lastName: 'lastName', jobTitle: 'title' }),
        ...address('address'),
        ...careful({ phone: 'phoneNumber', email: 'emailAddress' }),
        { from: '{salutationName}', to: 'salutation', valueMap: salutations, onError: 'empty' },
        { from: '{doNotCall}', to: 'doNotCall', transform: ['boolean'], onError: 'empty' },
        ...dates,
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'opportunities',
      resource: 'opportunity',
      file: 'Opportunity.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'id'),
        linkTo(system, 'account', { column: 'accountId', to: 'accountId' }),
        ...plain({ name: 'name' }),
        { from: '{amount}', to: 'amount.amount', transform: ['decimal'] },
        { from: '{amountCurrency}', to: 'amount.currency' },
        ...dealCourse({ pipeline, stage: 'stage', stages, close: 'closeDate', since: ['modifiedAt', 'createdAt'] }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
    {
      name: 'leads',
      resource: 'lead',
      file: 'Lead.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'lead', 'id'),
        ...plain({
          firstName: 'firstName',
          lastName: 'lastName',
          company: 'accountName',
          jobTitle: 'title',
          source: 'source',
          notes: 'description',
        }),
        ...careful({ phone: 'phoneNumber', email: 'emailAddress', website: 'website' }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
  ],
};
