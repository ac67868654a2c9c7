import type { StoredMapping } from '../../domain/stored/stored-mapping.js';
import { addressOf, amountIn, careful, dealCourse, idOf, linkTo, pipelineSteps, plain, type StageRow } from './words.js';

const system = 'pipedrive';
const pipeline = 'Pipedrive';
const stages: readonly StageRow[] = [
  { name: 'Open', kind: 'open', probability: 50 },
  { name: 'Won', kind: 'won', probability: 100 },
  { name: 'Lost', kind: 'lost', probability: 0 },
];

/** Exports of Pipedrive's lists of organisations, people and deals. Its deals keep whether they are open, won or lost; stages of one's own are added to a copy. */
export const pipedrive: StoredMapping = {
  locale: 'en-US',
  country: 'US',
  files: ['organizations.csv', 'people.csv', 'deals.csv'].map((name) => ({ name, optional: true })),
  steps: [
    {
      name: 'organisations',
      resource: 'account',
      file: 'organizations.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'account', 'Organization - ID'),
        ...plain({ name: 'Organization - Name', ...addressOf({ street: 'Organization - Address' }) }),
        ...careful({ createdAt: 'Organization - Organization created', updatedAt: 'Organization - Update time' }),
      ],
    },
    {
      name: 'people',
      resource: 'contact',
      file: 'people.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'contact', 'Person - ID'),
        linkTo(system, 'account', { column: 'Person - Organization ID', to: 'accountId' }),
        { from: '{Person - Name}', to: 'firstName', transform: ['word:butLast'] },
        { from: '{Person - Name}', to: 'lastName', transform: ['word:last'] },
        ...careful({
          email: ['Person - Email - Work', 'Person - Email', 'Person - Email - Home'],
          phone: ['Person - Phone - Work', 'Person - Phone'],
          mobile: 'Person - Phone - Mobile',
          createdAt: 'Person - Person created',
        }),
      ],
    },
    ...pipelineSteps(pipeline, stages),
    {
      name: 'deals',
      resource: 'opportunity',
      file: 'deals.csv',
      match: ['externalRef'],
      columns: [
        idOf(system, 'opportunity', 'Deal - ID'),
        linkTo(system, 'account', { column: 'Deal - Organization ID', to: 'accountId' }),
        ...plain({ name: 'Deal - Title' }),
        amountIn('USD', 'Deal - Value', 'amount'),
        ...dealCourse({
          pipeline,
          stage: 'Deal - Status',
          stages,
          close: 'Deal - Deal closed on',
          since: ['Deal - Last stage change', 'Deal - Deal created'],
        }),
        { from: ['{Deal - Deal closed on}', '{Deal - Expected close date}'], to: 'closeOn', transform: ['date'], onError: 'empty' },
        ...careful({ createdAt: 'Deal - Deal created', updatedAt: 'Deal - Update time' }),
      ],
      defaults: { ownerId: '@me' },
    },
  ],
};
