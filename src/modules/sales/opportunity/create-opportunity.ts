import { conflict, forbidden, invalid } from '#kernel/errors/domain-error.js';
import { date, money, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { Stage } from '../pipeline/stage.resource.js';
import { openOpportunity, openingErrors } from './open-opportunity.js';
import { Opportunity } from './opportunity.resource.js';

export const createOpportunity = defineCommand({
  name: 'opportunity.create',
  summary: 'Open a deal.',
  description: 'Starts in the stage named, else in the first open stage of the pipeline named, else in that of the first pipeline.',
  rest: { path: '/opportunities', status: 201 },
  input: {
    name: text(200, { required: true }),
    ownerId: ref('user', { description: 'The seller of this deal; whoever calls when left out.' }),
    accountId: ref('account'),
    contactId: ref('contact'),
    territoryId: ref('territory'),
    productId: ref('product'),
    pipelineId: ref('pipeline', { unread: true }),
    stageId: ref('stage', { unread: true }),
    amount: money({ description: 'Expected value.' }),
    engagedOn: date({ description: 'The day work on the deal began; today when left out.' }),
    closeOn: date({ description: 'Expected day of the decision.' }),
    externalRef: text(200, { description: 'Name in another system, `system:key`.' }),
  },
  output: { opportunityId: ref('opportunity', { required: true }) },
  errors: {
    'opportunity.owner_missing': 'An owner must be named when no person calls.',
    'opportunity.owner_out_of_reach': 'Your right to open deals does not reach the owner named.',
    'opportunity.stage_closes': 'A deal cannot be opened in a won or lost stage.',
    ...openingErrors,
  },

  async run(input, work) {
    const ownerId = input.ownerId ?? work.actor.userId;
    if (!ownerId) throw invalid('opportunity.owner_missing', 'Name an owner: nobody in person is calling.');
    if (input.stageId) await refuseEnd(work, input.stageId);

    const engagedOn = input.engagedOn ?? work.now.toISOString().slice(0, 10);
    const opportunityId = await openOpportunity(work, { ...input, ownerId, engagedOn });
    // Whom a caller may open deals for is his reach: what he could not find again was not his to make.
    if (!(await work.repo(Opportunity).find(opportunityId))) {
      throw forbidden('opportunity.owner_out_of_reach', 'Your right to open deals does not reach this owner.', { ownerId });
    }
    return { opportunityId };
  },
});

async function refuseEnd(work: Work, stageId: string): Promise<void> {
  const stage = await work.system.repo(Stage).get(stageId);
  if (stage.kind !== 'open') throw conflict('opportunity.stage_closes', 'Open the deal first, then win or lose it.', { kind: stage.kind });
}
