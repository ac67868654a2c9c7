export interface StageView {
  readonly id: string;
  readonly pipelineId: string;
  readonly position: number;
  readonly kind: 'open' | 'won' | 'lost';
}

export interface DealView {
  readonly pipelineId: string;
  readonly stageId: string;
  readonly status: 'open' | 'won' | 'lost';
}

/** Why a deal may not go into a stage by `move`. */
export type MoveRefusal = 'not_open' | 'stage_of_other_pipeline' | 'stage_unchanged' | 'stage_closes';

/** Null when the deal may be moved there. Ends are reached by winning or losing, which ask for more. */
export function refuseMove(deal: DealView, to: StageView): MoveRefusal | null {
  if (deal.status !== 'open') return 'not_open';
  if (deal.pipelineId !== to.pipelineId) return 'stage_of_other_pipeline';
  if (deal.stageId === to.id) return 'stage_unchanged';
  return to.kind === 'open' ? null : 'stage_closes';
}

/** The first stage of a kind, by position. */
export const firstStage = <S extends StageView>(stages: readonly S[], kind: StageView['kind']): S | null =>
  stages.filter((stage) => stage.kind === kind).sort((a, b) => a.position - b.position)[0] ?? null;

/** Where a reopened deal goes: back to the open stage it was closed from, else to the first open stage. */
export function reopenStage<S extends StageView>(stages: readonly S[], closedFromId: string | null): S | null {
  const before = stages.find((stage) => stage.id === closedFromId && stage.kind === 'open');
  return before ?? firstStage(stages, 'open');
}

/** Whole seconds spent, never below zero: clocks of two machines may differ. */
export const secondsBetween = (from: Date, to: Date) => Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1000));
