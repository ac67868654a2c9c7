import { date, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { OpportunityLost } from '../events.js';
import { closingErrors, dayOf, enterStage, openDealAndEnd } from './enter-stage.js';

export const loseOpportunity = defineCommand({
  name: 'opportunity.lose',
  summary: 'Close a deal as lost and say why.',
  input: {
    opportunityId: ref('opportunity', { required: true }),
    reason: text(500, { required: true, of: ['opportunity.lostReason'], description: 'Why it was lost.' }),
    closedOn: date({ of: ['opportunity.closeOn'], description: 'The day of the decision; today when left out.' }),
  },
  output: { stageId: ref('stage', { required: true }), closedOn: date({ required: true, of: ['opportunity.closeOn'] }) },
  errors: closingErrors,

  async run({ opportunityId, reason, closedOn: day }, work) {
    const { deal, end } = await openDealAndEnd(work, opportunityId, 'lost');
    const closedOn = day ?? dayOf(work.now);

    await enterStage(work, deal, end, { closeOn: closedOn, closedAt: work.now, lostReason: reason });
    const { ownerId, accountId, amount } = deal;
    await work.emit(
      OpportunityLost,
      { opportunityId, ownerId, accountId, amount, closedOn, reason },
      { resource: 'opportunity', id: opportunityId },
    );

    return { stageId: end.id, closedOn };
  },
});
