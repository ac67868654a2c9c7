import { conflict, invalid, type FieldProblem } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { BusinessInterval } from '../calendar/business-interval.resource.js';
import { PRIORITIES, type CaseState, type Priority } from '../domain/case-states.js';
import { actionProblem, type EscalationAction } from '../domain/escalation-actions.js';
import { ladderProblems } from '../domain/escalation-ladder.js';
import { METRICS, type Metric } from '../domain/service-level-match.js';
import { activeUser, teamExists } from '../notification/recipients.js';
import type { ServiceLevel } from './service-level.resource.js';

export interface TargetTerms {
  readonly metric: Metric;
  readonly priority: Priority;
  readonly minutes: number;
  readonly clock?: 'business' | 'wall' | null | undefined;
  readonly pausesIn?: readonly CaseState[] | null | undefined;
  readonly onReopen?: 'continue' | 'restart' | null | undefined;
}
export interface StepTerms {
  readonly metric: Metric;
  readonly level: number;
  readonly percent?: number | null | undefined;
  readonly offsetMinutes?: number | null | undefined;
  readonly repeatEveryMinutes?: number | null | undefined;
  readonly repeatMax?: number | null | undefined;
  readonly actions: readonly EscalationAction[];
}
export interface Terms {
  readonly targets: readonly TargetTerms[];
  readonly steps: readonly StepTerms[];
}

export const termsErrors = {
  'service_level.target_missing': 'A metric with a target needs one at every priority.',
  'service_level.target_twice': 'A metric has two targets at one priority.',
  'service_level.ladder_invalid': 'The ladder is not in order, or a step or an action is incomplete.',
  'service_level.calendar_without_hours': 'The calendar has no hours, so a business clock would never run.',
} as const;

/** Refuses terms that could not be kept or that would leave a case without a target. */
export async function checkTerms(work: Work, level: ServiceLevel, terms: Terms): Promise<void> {
  checkTargets(terms.targets);
  checkLadders(terms.steps);
  await checkNamed(work, terms.steps);
  const business = terms.targets.some((target) => (target.clock ?? 'business') === 'business');
  if (business && (await work.system.repo(BusinessInterval).count({ calendarId: level.calendarId })) === 0) {
    throw conflict('service_level.calendar_without_hours', termsErrors['service_level.calendar_without_hours'], {
      calendarId: level.calendarId,
    });
  }
}

/** What is allowed but hardly meant. */
export function warningsOf(targets: readonly TargetTerms[]): string[] {
  const minutes = (metric: Metric, priority: Priority) => targets.find((t) => t.metric === metric && t.priority === priority)?.minutes;
  return PRIORITIES.filter((p) => (minutes('first_response', p) ?? 0) > (minutes('resolution', p) ?? Infinity)).map(
    (priority) => `At ${priority} the first response may take longer than the resolution.`,
  );
}

function checkTargets(targets: readonly TargetTerms[]): void {
  const keys = targets.map((target) => `${target.metric} ${target.priority}`);
  const twice = keys.filter((key, i) => keys.indexOf(key) !== i);
  if (twice.length > 0) throw invalid('service_level.target_twice', termsErrors['service_level.target_twice'], { twice });
  const used = METRICS.filter((metric) => targets.some((target) => target.metric === metric));
  const missing = used.flatMap((metric) => PRIORITIES.map((priority) => `${metric} ${priority}`)).filter((key) => !keys.includes(key));
  if (targets.length === 0 || missing.length > 0)
    throw invalid('service_level.target_missing', termsErrors['service_level.target_missing'], { missing });
}

function checkLadders(steps: readonly StepTerms[]): void {
  const messages = METRICS.flatMap((metric) => {
    const ladder = steps
      .filter((step) => step.metric === metric)
      .map((step, i) => ({
        id: String(i),
        level: step.level,
        percent: step.percent ?? null,
        offsetMinutes: step.offsetMinutes ?? null,
        repeatEveryMinutes: step.repeatEveryMinutes ?? null,
        repeatMax: step.repeatMax ?? 0,
      }));
    return ladderProblems(ladder).map((problem) => `${metric}: ${problem.message}`);
  });
  const errors = steps.flatMap((step, i) =>
    step.actions.flatMap((action, j) => problem(`/steps/${i}/actions/${j}`, actionProblem(action))),
  );
  if (messages.length + errors.length > 0)
    throw invalid('service_level.ladder_invalid', [...messages, termsErrors['service_level.ladder_invalid']][0] ?? '', {
      problems: messages,
      errors,
    });
}

async function checkNamed(work: Work, steps: readonly StepTerms[]): Promise<void> {
  const errors: FieldProblem[] = [];
  for (const [i, step] of steps.entries()) {
    for (const [j, { userId, teamId }] of step.actions.entries()) {
      if (userId && (await activeUser(work, userId)).length === 0)
        errors.push(...problem(`/steps/${i}/actions/${j}/userId`, 'names no active user'));
      if (teamId && !(await teamExists(work, teamId))) errors.push(...problem(`/steps/${i}/actions/${j}/teamId`, 'names no team'));
    }
  }
  if (errors.length > 0) throw invalid('service_level.ladder_invalid', 'An action names somebody who is not there.', { errors });
}

const problem = (path: string, message: string | null): FieldProblem[] => (message === null ? [] : [{ path, code: 'invalid', message }]);
