import { conflict } from '#kernel/errors/domain-error.js';
import type { RowPatch } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { firstStage, secondsBetween } from '../domain/stage-move.js';
import { OpportunityMoved } from '../events.js';
import { Stage } from '../pipeline/stage.resource.js';
import { OpportunityStageChange } from './opportunity-stage-change.resource.js';
import { Opportunity } from './opportunity.resource.js';

export const closingErrors = {
  'opportunity.not_open': 'The deal is closed already.',
  'pipeline.no_end': 'The pipeline has no stage for deals that end this way.',
} as const;

/** Puts a locked deal into a stage: status and probability follow, history and event are written. */
export async function enterStage(work: Work, deal: Opportunity, to: Stage, patch: RowPatch<typeof Opportunity> = {}): Promise<Opportunity> {
  const { id, ownerId, accountId, stageId: fromStageId } = deal;
  const changedAt = work.now;
  const moved = await work
    .repo(Opportunity)
    .update(id, { ...patch, stageId: to.id, status: to.kind, probability: to.probability, stageEnteredAt: changedAt });
  await work.system.repo(OpportunityStageChange).create({
    opportunityId: id,
    ownerId,
    fromStageId,
    toStageId: to.id,
    changedAt,
    changedById: work.actor.userId,
    secondsInStage: secondsBetween(deal.stageEnteredAt, changedAt),
    amount: moved.amount,
  });
  const facts = { opportunityId: id, ownerId, accountId, amount: moved.amount, fromStageId, toStageId: to.id, changedAt };
  await work.emit(OpportunityMoved, facts, { resource: 'opportunity', id });
  return moved;
}

/** The deal, locked and open, and the stage where deals of its pipeline end this way. */
export async function openDealAndEnd(work: Work, opportunityId: string, kind: 'won' | 'lost'): Promise<{ deal: Opportunity; end: Stage }> {
  const deal = await work.repo(Opportunity).lock(opportunityId);
  if (deal.status !== 'open') throw conflict('opportunity.not_open', `This deal is ${deal.status} already.`, { status: deal.status });
  const stages = await work.system.repo(Stage).list({ pipelineId: deal.pipelineId });
  const end = firstStage(stages, kind);
  if (!end)
    throw conflict('pipeline.no_end', `The pipeline has no ${kind} stage. Ask an administrator to add one.`, {
      pipelineId: deal.pipelineId,
    });
  return { deal, end };
}

/** The day of `at` in UTC. */
export const dayOf = (at: Date) => at.toISOString().slice(0, 10);
