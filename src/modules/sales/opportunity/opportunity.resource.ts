import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, date, instant, integer, money, ref, text } from '#kernel/resource/fields.js';

/** Created by the command `opportunity.create`, because it has to find its stage; the fields of its course belong to commands. */
export const Opportunity = defineResource('opportunity', {
  description: 'A deal we hope to make.',
  table: 'sales.opportunities',
  scope: ownedBy('ownerId', { territory: 'territoryId' }),
  large: true,
  operations: ['list', 'get', 'update', 'delete'],
  fields: {
    name: text(200, { required: true, search: true, index: true }),
    accountId: ref('account', { inverse: 'opportunities', description: 'Who would buy. Empty while not known.' }),
    contactId: ref('contact', { inverse: 'opportunities', onDelete: 'set_null', description: 'The person we talk to.' }),
    ownerId: ref('user', { required: true, inverse: 'opportunities', description: 'The seller of this deal.' }),
    territoryId: ref('territory', { inverse: 'opportunities', onDelete: 'set_null', description: 'The part of the market it lies in.' }),
    productId: ref('product', { inverse: 'opportunities', description: 'What it is mainly about.' }),
    pipelineId: ref('pipeline', { required: true, writer: 'system', inverse: 'opportunities' }),
    stageId: ref('stage', {
      required: true,
      writer: 'system',
      inverse: 'opportunities',
      description: 'A stage of the pipeline; `move`, `win`, `lose` and `reopen` change it.',
    }),
    status: choice(['open', 'won', 'lost'], { required: true, default: 'open', writer: 'system', description: 'The kind of the stage.' }),
    amount: money({ index: true, description: 'Expected value; the value sold once won.' }),
    probability: integer({ required: true, min: 0, max: 100, writer: 'system', description: 'Chance in per cent; follows the stage.' }),
    engagedOn: date({ description: 'The day work on the deal began.' }),
    closeOn: date({ index: true, description: 'Expected day of the decision; the actual day once closed.' }),
    stageEnteredAt: instant({ required: true, writer: 'system', description: 'When it came into its stage.' }),
    closedAt: instant({ writer: 'system', description: 'When it was recorded as won or lost.' }),
    lostReason: text(500, { writer: 'system' }),
    externalRef: text(200, { unique: true, description: 'Name in another system, `system:key`; the handle for imports.' }),
  },
  indexes: [['status', 'closeOn'], ['createdAt'], ['updatedAt']],
  invariants: [
    {
      code: 'opportunity.lost_without_reason',
      message: 'A lost opportunity says why.',
      holds: (opportunity) => opportunity.status !== 'lost' || opportunity.lostReason !== null,
    },
    {
      code: 'opportunity.closed_without_time',
      message: 'A closed opportunity says when it was closed, an open one does not.',
      holds: (opportunity) => (opportunity.status === 'open') === (opportunity.closedAt === null),
    },
  ],
});
export type Opportunity = Row<typeof Opportunity>;
