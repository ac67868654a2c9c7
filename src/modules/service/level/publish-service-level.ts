import { boolean, choice, integer, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { CASE_STATES, PRIORITIES } from '../domain/case-states.js';
import { ACTION_KINDS, RECIPIENTS } from '../domain/escalation-actions.js';
import { METRICS } from '../domain/service-level-match.js';
import { ServiceLevelPublished } from '../events.js';
import { rematchOpenCases } from '../jobs/recount-cases.job.js';
import { checkTerms, termsErrors, warningsOf, type StepTerms, type TargetTerms } from './check-terms.js';
import { EscalationStep } from './escalation-step.resource.js';
import { ServiceLevelTarget } from './service-level-target.resource.js';
import { ServiceLevelVersion } from './service-level-version.resource.js';
import { ServiceLevel } from './service-level.resource.js';

const target = {
  metric: choice(METRICS, { required: true }),
  priority: choice(PRIORITIES, { required: true }),
  minutes: integer({ required: true, min: 1, max: 600_000 }),
  clock: choice(['business', 'wall'], { description: '`business` when left out.' }),
  pausesIn: list(choice(CASE_STATES), {
    description:
      'States in which the clock stands still. Left out: the first response never pauses, the resolution waits for customers and third parties.',
  }),
  onReopen: choice(['continue', 'restart'], { description: 'Left out: p1 and p2 go on with the time left, the others start anew.' }),
} as const;

const action = {
  kind: choice(ACTION_KINDS, { required: true }),
  to: choice(RECIPIENTS, { description: 'Whom `notify` tells.' }),
  userId: ref('user', { description: 'Of `reassign`, and of `notify` to a user.' }),
  teamId: ref('team', { description: 'Of `reassign`.' }),
} as const;

const step = {
  metric: choice(METRICS, { required: true }),
  level: integer({ required: true, min: 1, max: 100 }),
  percent: integer({ min: 1, max: 1000, description: 'Reached when this share of the target is used up.' }),
  offsetMinutes: integer({
    min: -600_000,
    max: 600_000,
    description: 'Reached so many counted minutes after the due time; negative is before it.',
  }),
  repeatEveryMinutes: integer({ min: 1, max: 600_000 }),
  repeatMax: integer({ min: 0, max: 20 }),
  actions: list(object(action, { name: 'EscalationActionInput' }), { required: true, max: 10 }),
} as const;

export const publishServiceLevel = defineCommand({
  name: 'service_level.publish',
  summary:
    'Put targets and an escalation ladder into force as the next version. Versions never change; running clocks move to the new one only if asked.',
  input: {
    serviceLevelId: ref('service_level', { required: true }),
    targets: list(object(target, { name: 'ServiceLevelTargetInput' }), { required: true, max: 100 }),
    steps: list(object(step, { name: 'EscalationStepInput' }), { max: 100 }),
    graceMinutes: integer({
      min: 0,
      max: 10_000,
      description: 'Counted minutes left at least when a tightened target is already missed; 30 when left out.',
    }),
    applyToOpenCases: boolean({ description: 'Open cases get the new version too, some at a time.' }),
  },
  output: {
    versionId: ref('service_level_version', { required: true }),
    number: integer({ required: true }),
    warnings: list(text(300), { required: true }),
  },
  errors: termsErrors,

  async run({ serviceLevelId, targets, steps, graceMinutes, applyToOpenCases }, work) {
    const level = await work.repo(ServiceLevel).lock(serviceLevelId);
    const terms = { targets, steps: steps ?? [] };
    await checkTerms(work, level, terms);

    const number = (level.publishedNumber ?? 0) + 1;
    const version = await work.system.repo(ServiceLevelVersion).create({
      serviceLevelId,
      number,
      calendarId: level.calendarId,
      graceMinutes: graceMinutes ?? 30,
      publishedAt: work.now,
    });
    await writeTargets(work, version.id, terms.targets);
    await writeSteps(work, version.id, terms.steps);
    await work.system.repo(ServiceLevel).update(serviceLevelId, { status: 'active', publishedNumber: number });
    const told = await work.emit(
      ServiceLevelPublished,
      { serviceLevelId, versionId: version.id, number },
      { resource: 'service_level', id: serviceLevelId },
    );
    if (applyToOpenCases) await rematchOpenCases(work, told);
    return { versionId: version.id, number, warnings: warningsOf(terms.targets) };
  },
});

async function writeTargets(work: Work, versionId: string, targets: readonly TargetTerms[]): Promise<void> {
  await work.system.repo(ServiceLevelTarget).createMany(
    targets.map(({ metric, priority, minutes, clock, pausesIn, onReopen }) => ({
      versionId,
      metric,
      priority,
      minutes,
      clock: clock ?? 'business',
      pausesIn: pausesIn ?? (metric === 'resolution' ? ['pending_customer', 'pending_third_party'] : []),
      onReopen: onReopen ?? (priority === 'p1' || priority === 'p2' ? 'continue' : 'restart'),
    })),
  );
}

async function writeSteps(work: Work, versionId: string, steps: readonly StepTerms[]): Promise<void> {
  await work.system.repo(EscalationStep).createMany(
    steps.map(({ metric, level, percent, offsetMinutes, repeatEveryMinutes, repeatMax, actions }) => ({
      versionId,
      metric,
      level,
      percent,
      offsetMinutes,
      repeatEveryMinutes,
      repeatMax: repeatMax ?? 0,
      actions,
    })),
  );
}
