import type { Work } from '#kernel/usecase/work.js';
import { openOpportunities as open, type OpportunityOpening } from './opportunity/open-opportunity.js';
import { Pipeline } from './pipeline/pipeline.resource.js';
import { Stage } from './pipeline/stage.resource.js';

export type { OpportunityOpening } from './opportunity/open-opportunity.js';

export interface PipelineCard {
  readonly id: string;
  readonly name: string;
  readonly stages: readonly StageCard[];
}
export interface StageCard {
  readonly id: string;
  readonly name: string;
  readonly kind: 'open' | 'won' | 'lost';
  readonly probability: number;
}

/** Opens many deals at once, in closed stages too, each with the first line of its history. Returns their ids in the same order. */
export const openOpportunities = (work: Work, openings: readonly OpportunityOpening[]): Promise<string[]> => open(work, openings);

/** All pipelines with their stages, in order. They are settings, so no right of the actor is asked. */
export async function pipelines(work: Work): Promise<PipelineCard[]> {
  const stages = await work.system.repo(Stage).list({}, { orderBy: ['position', 'id'] });
  const rows = await work.system.repo(Pipeline).list({}, { orderBy: ['position', 'id'] });
  return rows.map(({ id, name }) => ({ id, name, stages: stages.filter((stage) => stage.pipelineId === id).map(stageCard) }));
}

const stageCard = ({ id, name, kind, probability }: Stage): StageCard => ({ id, name, kind, probability });
