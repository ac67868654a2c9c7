import { firstStage, refuseMove, reopenStage, secondsBetween, type DealView, type StageView } from './stage-move.js';

const stage = (id: string, position: number, kind: StageView['kind'], pipelineId = 'direct'): StageView => ({
  id,
  position,
  kind,
  pipelineId,
});
const stages = [stage('won', 4, 'won'), stage('contact', 1, 'open'), stage('offer', 2, 'open'), stage('lost', 5, 'lost')];
const deal: DealView = { pipelineId: 'direct', stageId: 'contact', status: 'open' };

test('an open deal moves between open stages, forward and back', () => {
  expect(refuseMove(deal, stage('offer', 2, 'open'))).toBeNull();
  expect(refuseMove({ ...deal, stageId: 'offer' }, stage('contact', 1, 'open'))).toBeNull();
});

test.each([
  ['a closed deal does not move', { ...deal, status: 'won' as const }, stage('offer', 2, 'open'), 'not_open'],
  ['a stage of another pipeline is refused', deal, stage('demo', 2, 'open', 'partner'), 'stage_of_other_pipeline'],
  ['the stage it is in already is no move', deal, stage('contact', 1, 'open'), 'stage_unchanged'],
  ['a move does not win', deal, stage('won', 4, 'won'), 'stage_closes'],
  ['a move does not lose', deal, stage('lost', 5, 'lost'), 'stage_closes'],
])('%s', (_, from, to, refusal) => {
  expect(refuseMove(from, to)).toBe(refusal);
});

test('the first stage of a kind goes by position, not by order in the list', () => {
  expect(firstStage(stages, 'open')?.id).toBe('contact');
  expect(firstStage([], 'won')).toBeNull();
});

test('a reopened deal returns to where it was closed from', () => {
  expect(reopenStage(stages, 'offer')?.id).toBe('offer');
});

test('a deal closed from a stage that is gone or an end itself starts anew', () => {
  expect(reopenStage(stages, 'removed')?.id).toBe('contact');
  expect(reopenStage(stages, 'lost')?.id).toBe('contact');
  expect(reopenStage(stages, null)?.id).toBe('contact');
});

test('time in a stage is whole seconds and never negative', () => {
  const at = (s: string) => new Date(`2026-03-02T09:00:${s}Z`);
  expect(secondsBetween(at('00.000'), at('59.999'))).toBe(59);
  expect(secondsBetween(at('10.000'), at('00.000'))).toBe(0);
});
