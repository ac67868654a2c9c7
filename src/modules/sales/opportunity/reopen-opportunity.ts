import { conflict } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { reopenStage } from '../domain/stage-move.js';
import { OpportunityReopened } from '../events.js';
import { Stage } from '../pipeline/stage.resource.js';
import { enterStage } from './enter-stage.js';
import { OpportunityStageChange } from './opportunity-stage-change.resource.js';
import { Opportunity } from './opportunity.resource.js';

export const reopenOpportunity = defineCommand({
  name: 'opportunity.reopen',
  summary: 'Take up a closed deal again, in the stage it was closed from.',
  input: { opportunityId: ref('opportunity', { required: true }) },
  output: { stageId: ref('stage', { required: true }) },
  errors: {
    'opportunity.not_closed': 'The deal is open.',
    'pipeline.no_open_stage': 'The pipeline has no open stage.',
  },

  async run({ opportunityId }, work) {
    const deal = await work.repo(Opportunity).lock(opportunityId);
    if (deal.status === 'open') throw conflict('opportunity.not_closed', 'This deal is open.');

    const closing = await work.system
      .repo(OpportunityStageChange)
      .first({ opportunityId, toStageId: deal.stageId }, { orderBy: ['-changedAt', '-id'] });
    const stages = await work.system.repo(Stage).list({ pipelineId: deal.pipelineId });
    const stage = reopenStage(stages, closing?.fromStageId ?? null);
    if (!stage) throw conflict('pipeline.no_open_stage', 'The pipeline has no open stage to return to.', { pipelineId: deal.pipelineId });

    await enterStage(work, deal, stage, { closedAt: null, lostReason: null });
    const { ownerId, accountId, amount } = deal;
    await work.emit(OpportunityReopened, { opportunityId, ownerId, accountId, amount }, { resource: 'opportunity', id: opportunityId });

    return { stageId: stage.id };
  },
});
