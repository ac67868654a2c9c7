import type { StoredMapping } from '../../domain/stored/stored-mapping.js';
import { addressOf, careful, dealCourse, idOf, linkTo, pipelineSteps, plain, type StageRow } from './words.js';

const system = 'dynamics';
const pipeline = 'Dynamics 365';
/** What a deal has come to over there; the steps before that are the free text of each company. */
const stages: readonly StageRow[] = [
  { name: 'Open', kind: 'open', probability: 20 },
  { name: 'Won', kind: 'won', probability: 100 },
  { name: 'Lost', kind: 'lost', probability: 0 },
];
/** States are exported as numbers or as labels. */
const states = { '0': 'Open', '1': 'Won', '2': 'Lost', Open: 'Open', Won: 'Won', Lost: 'Lost' };
const dates = careful({ createdAt: 'createdon', updatedAt: 'modifiedon' });
const address = addressOf({
  street: 'address1_line1',
  city: 'address1_city',
  region: 'address1_stateorprovince',
  postalCode: 'address1_postalcode',
});
const amount = (columns: readonly string[], to: string) => ({
  from: columns.map((column) => `{${column}}`),
  to,
  transform: ['remove:$', 'decimal', 'money:USD'],
  onError: 'empty' as const,
});

/** Tables of Dynamics 365 Sales with their columns by logical names, ids of other rows included. */
export const dynamics: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['account.csv', 'contact.csv', 'opportunity.csv', 'lead.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'accounts',
      resource: 'account',
      file: 'account.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'accountid'),
        linkTo(system, 'account', { column: 'parentaccountid', to: 'parentId' }),
        ...plain({ name: 'name', ...address }),
        ...careful({ phone: 'telephone1', email: 'emailaddress1', website: 'websiteurl', employees: 'numberofemployees' }),
        amount(['revenue'], 'annualRevenue'),
        ...dates,
      ],
    },
    {
      name: 'contacts',
      resource: 'contact',
      file: 'contact.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'contact', 'contactid'),
        linkTo(system, 'account', { column: 'parentcustomerid', to: 'accountId' }),
        ...plain({ firstName: 'firstname', lastName: 'lastname', jobTitle: 'jobtitle', ...address }),
        ...careful({ email: 'emailaddress1', phone: 'telephone1', mobile: 'mobilephone' }),
        ...dates,
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'opportunities',
      resource: 'opportunity',
      file: 'opportunity.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'opportunityid'),
        linkTo(system, 'account', { column: 'parentaccountid', to: 'accountId' }),
        ...plain({ name: 'name' }),
        amount(['actualvalue', 'estimatedvalue'], 'amount'),
        ...dealCourse({
          pipeline,
          stage: 'statecode',
          names: states,
          stages,
          close: ['actualclosedate', 'estimatedclosedate'],
          since: ['modifiedon', 'createdon'],
        }),
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
    {
      name: 'leads',
      resource: 'lead',
      file: 'lead.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'lead', 'leadid'),
        ...plain({
          firstName: 'firstname',
          lastName: 'lastname',
          company: 'companyname',
          jobTitle: 'jobtitle',
          notes: ['description', 'subject'],
        }),
        ...careful({ email: 'emailaddress1', phone: ['telephone1', 'mobilephone'], website: 'websiteurl' }),
        {
          from: '{statecode}',
          to: 'status',
          valueMap: { '1': 'qualified', '2': 'disqualified', Qualified: 'qualified', Disqualified: 'disqualified' },
          otherwise: 'new',
        },
        {
          from: '{statecode}',
          to: 'disqualifiedReason',
          valueMap: { '2': 'Not recorded in the source.', Disqualified: 'Not recorded in the source.' },
          otherwise: null,
        },
        ...dates,
      ],
      defaults: { ownerId: '@me' },
    },
  ],
};
