import type { Step } from './mapping.js';
import type { Action } from './plan.js';

/** What became of the rows of one step. */
export interface StepCount {
  readonly step: string;
  readonly resource: string;
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Said before by an earlier line of the file. */
  readonly repeated: number;
  readonly rejected: number;
  /** Nothing in the line for this step. */
  readonly skipped?: number;
}

/** What one chunk came to. */
export interface Tally extends Omit<StepCount, 'step' | 'resource' | 'skipped'> {
  readonly skipped: number;
  readonly issues: number;
}

export function tallyOf(actions: readonly Action[], issues: number): Tally {
  const count = (kind: Action['kind']) => actions.filter((action) => action.kind === kind).length;
  return {
    read: actions.length,
    created: count('create'),
    updated: count('update'),
    unchanged: count('unchanged'),
    repeated: count('repeated'),
    rejected: count('rejected'),
    skipped: count('skipped'),
    issues,
  };
}

/** The counts of all steps with those of one chunk added. */
export function addCounts(steps: readonly StepCount[], step: Pick<Step, 'name' | 'resource'>, tally: Tally): StepCount[] {
  const before = steps.find((count) => count.step === step.name);
  const sum = (key: 'read' | 'created' | 'updated' | 'unchanged' | 'repeated' | 'rejected' | 'skipped') =>
    (before?.[key] ?? 0) + tally[key];
  const after: StepCount = {
    step: step.name,
    resource: step.resource,
    read: sum('read'),
    created: sum('created'),
    updated: sum('updated'),
    unchanged: sum('unchanged'),
    repeated: sum('repeated'),
    rejected: sum('rejected'),
    skipped: sum('skipped'),
  };
  return before ? steps.map((count) => (count === before ? after : count)) : [...steps, after];
}
