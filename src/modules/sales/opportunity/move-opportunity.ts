import { conflict } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { refuseMove } from '../domain/stage-move.js';
import { Stage } from '../pipeline/stage.resource.js';
import { enterStage } from './enter-stage.js';
import { Opportunity } from './opportunity.resource.js';

const refusals = {
  'opportunity.not_open': 'A closed deal does not move. Reopen it first.',
  'opportunity.stage_of_other_pipeline': 'The stage belongs to another pipeline.',
  'opportunity.stage_unchanged': 'The deal is in this stage already.',
  'opportunity.stage_closes': 'A won or lost stage is reached by winning or losing the deal.',
} as const;

export const moveOpportunity = defineCommand({
  name: 'opportunity.move',
  summary: 'Put an open deal into another open stage of its pipeline.',
  input: {
    opportunityId: ref('opportunity', { required: true }),
    stageId: ref('stage', { unread: true, required: true }),
  },
  output: {
    fromStageId: ref('stage', { required: true, of: ['opportunity.stageId'] }),
    toStageId: ref('stage', { required: true, of: ['opportunity.stageId'] }),
  },
  errors: refusals,

  async run({ opportunityId, stageId }, work) {
    const deal = await work.repo(Opportunity).lock(opportunityId);
    const stage = await work.system.repo(Stage).get(stageId);
    const refusal = refuseMove(deal, stage);
    if (refusal)
      throw conflict(`opportunity.${refusal}`, refusals[`opportunity.${refusal}`], { status: deal.status, stageId: deal.stageId });

    await enterStage(work, deal, stage);
    return { fromStageId: deal.stageId, toStageId: stageId };
  },
});
