import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { instant, integer, money, ref } from '#kernel/resource/fields.js';

export const OpportunityStageChange = defineResource('opportunity_stage_change', {
  description: 'One step in the course of an opportunity. Written with each move, never changed.',
  table: 'sales.opportunity_stage_changes',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    opportunityId: ref('opportunity', { required: true, writer: 'system', inverse: 'stageChanges', onDelete: 'cascade' }),
    ownerId: ref('user', {
      required: true,
      writer: 'system',
      of: ['opportunity.ownerId'],
      description: 'Whose deal it was at that moment.',
    }),
    fromStageId: ref('stage', { writer: 'system', of: ['opportunity.stageId'], description: 'Empty for the first step.' }),
    toStageId: ref('stage', { required: true, writer: 'system', of: ['opportunity.stageId'] }),
    changedAt: instant({ required: true, writer: 'system' }),
    changedById: ref('user', { writer: 'system', description: 'Who moved it; empty when a machine did.' }),
    secondsInStage: integer({ min: 0, writer: 'system', description: 'How long it had been in the stage it left.' }),
    amount: money({ writer: 'system', of: ['opportunity.amount'], description: 'What the deal was thought to be worth at that moment.' }),
  },
});
export type OpportunityStageChange = Row<typeof OpportunityStageChange>;
