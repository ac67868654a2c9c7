import { conflict, invalid, notFound } from '#kernel/errors/domain-error.js';
import type { Money } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';
import { firstStage } from '../domain/stage-move.js';
import { Pipeline } from '../pipeline/pipeline.resource.js';
import { Stage } from '../pipeline/stage.resource.js';
import { OpportunityStageChange } from './opportunity-stage-change.resource.js';
import { Opportunity } from './opportunity.resource.js';

export interface OpportunityOpening {
  readonly name: string;
  readonly ownerId: string;
  readonly accountId?: string | null | undefined;
  readonly contactId?: string | null | undefined;
  readonly territoryId?: string | null | undefined;
  readonly productId?: string | null | undefined;
  /** The pipeline with the lowest position when left out. */
  readonly pipelineId?: string | null | undefined;
  /** The first open stage of the pipeline when left out. */
  readonly stageId?: string | null | undefined;
  readonly amount?: Money | null | undefined;
  readonly engagedOn?: string | null | undefined;
  readonly closeOn?: string | null | undefined;
  /** Needed for a lost stage. */
  readonly lostReason?: string | null | undefined;
  readonly externalRef?: string | null | undefined;
}

export const openingErrors = {
  'stage.not_found': 'There is no such stage.',
  'opportunity.stage_of_other_pipeline': 'The stage belongs to another pipeline than the one named.',
  'pipeline.no_open_stage': 'There is no pipeline to sell in, or it has no open stage.',
} as const;

/** Opens a deal with the first line of its history, which names the user `by`. Returns its id. */
export async function openOpportunity(work: Work, opening: OpportunityOpening, by = work.actor.userId): Promise<string> {
  const [id] = await openOpportunities(work, [opening], by);
  if (!id) throw new Error('Opening an opportunity returned nothing.');
  return id;
}

/** Opens many deals at once, in closed stages too (imports). Returns their ids in the same order. */
export async function openOpportunities(work: Work, openings: readonly OpportunityOpening[], by = work.actor.userId): Promise<string[]> {
  // Pipelines are settings: which stages there are does not depend on who asks.
  const stages = await work.system.repo(Stage).list({}, { orderBy: ['position', 'id'] });
  const pipelines = await work.system.repo(Pipeline).list({}, { orderBy: ['position', 'id'] });
  const defaultPipelineId = pipelines[0]?.id ?? null;

  const rows = openings.map((opening) => rowOf(opening, stageFor(opening, stages, defaultPipelineId), work.now));
  const deals = await work.repo(Opportunity).createMany(rows);
  await work.system.repo(OpportunityStageChange).createMany(
    deals.map((deal) => ({
      opportunityId: deal.id,
      ownerId: deal.ownerId,
      toStageId: deal.stageId,
      changedAt: work.now,
      changedById: by,
      amount: deal.amount,
    })),
  );
  return deals.map((deal) => deal.id);
}

function stageFor({ pipelineId, stageId }: OpportunityOpening, stages: readonly Stage[], defaultPipelineId: string | null): Stage {
  if (!stageId) {
    const first = firstStage(
      stages.filter((stage) => stage.pipelineId === (pipelineId ?? defaultPipelineId)),
      'open',
    );
    if (!first) throw conflict('pipeline.no_open_stage', 'There is no pipeline to sell in, or it has no open stage.');
    return first;
  }
  const stage = stages.find(({ id }) => id === stageId);
  if (!stage) throw notFound('stage.not_found', `There is no stage with the id ${stageId}.`, { id: stageId });
  if (pipelineId && stage.pipelineId !== pipelineId) {
    throw invalid('opportunity.stage_of_other_pipeline', 'This stage belongs to another pipeline.', { stageId, pipelineId });
  }
  return stage;
}

function rowOf(opening: OpportunityOpening, stage: Stage, now: Date) {
  return {
    ...opening,
    pipelineId: stage.pipelineId,
    stageId: stage.id,
    status: stage.kind,
    probability: stage.probability,
    stageEnteredAt: now,
    closedAt: stage.kind === 'open' ? null : now,
    lostReason: stage.kind === 'lost' ? opening.lostReason : null,
  };
}
