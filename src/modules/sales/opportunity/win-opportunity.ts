import { date, money, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { OpportunityWon } from '../events.js';
import { closingErrors, dayOf, enterStage, openDealAndEnd } from './enter-stage.js';

export const winOpportunity = defineCommand({
  name: 'opportunity.win',
  summary: 'Close a deal as made.',
  input: {
    opportunityId: ref('opportunity', { required: true }),
    amount: money({ description: 'The value sold; the expected value when left out.' }),
    closedOn: date({ of: ['opportunity.closeOn'], description: 'The day of the decision; today when left out.' }),
  },
  output: { stageId: ref('stage', { required: true }), closedOn: date({ required: true, of: ['opportunity.closeOn'] }) },
  errors: closingErrors,

  async run({ opportunityId, amount, closedOn: day }, work) {
    const { deal, end } = await openDealAndEnd(work, opportunityId, 'won');
    const closedOn = day ?? dayOf(work.now);

    const won = await enterStage(work, deal, end, { closeOn: closedOn, closedAt: work.now, amount: amount ?? deal.amount });
    const { ownerId, accountId } = won;
    await work.emit(
      OpportunityWon,
      { opportunityId, ownerId, accountId, amount: won.amount, closedOn },
      { resource: 'opportunity', id: opportunityId },
    );

    return { stageId: end.id, closedOn };
  },
});
