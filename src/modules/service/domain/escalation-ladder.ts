import { allowance, crossing, type SlaClock } from './sla-clock.js';

/** One rung: reached at a share of the target, or some counted minutes before (negative) or after the due time. */
export interface LadderStep {
  readonly id: string;
  readonly level: number;
  readonly percent: number | null;
  readonly offsetMinutes: number | null;
  readonly repeatEveryMinutes: number | null;
  /** How often it comes again after the first time. */
  readonly repeatMax: number;
}

export const ESCALATION_STATES = ['pending', 'suspended', 'fired', 'collapsed', 'cancelled'] as const;
export type EscalationState = (typeof ESCALATION_STATES)[number];

/** A rung of one timer as it is kept: one row per step and cycle, re-timed in place; fired and collapsed rows never change again. */
export interface EscalationRow {
  readonly id: string;
  readonly stepId: string;
  readonly cycleKey: string;
  readonly state: EscalationState;
  readonly fireAt: Date | null;
}

export interface NewEscalation {
  readonly stepId: string;
  readonly level: number;
  readonly cycleKey: string;
  readonly state: EscalationState;
  readonly fireAt: Date | null;
}
export type EscalationChange = Pick<EscalationRow, 'id' | 'state' | 'fireAt'>;

export interface LadderPlan {
  /** Grows when a loosened target puts a step that has fired ahead of us again. */
  readonly generation: number;
  readonly create: readonly NewEscalation[];
  readonly change: readonly EscalationChange[];
}

export interface LadderInput {
  readonly clock: SlaClock;
  readonly steps: readonly LadderStep[];
  readonly rows: readonly EscalationRow[];
  readonly cycleNo: number;
  readonly generation: number;
  readonly breached: boolean;
  readonly now: Date;
}

/** Brings the rows of an open timer in line with its clock: paused steps are suspended, moved ones re-timed, new ones already passed are collapsed without effect. */
export function planLadder(input: LadderInput): LadderPlan {
  const generation = input.generation + (input.breached || !firedStepIsAhead(input) ? 0 : 1);
  const wanted = rungs({ ...input, generation });
  const kept = new Map(input.rows.map((row) => [keyOf(row), row]));
  const wantedKeys = new Set(wanted.map(keyOf));

  const create = wanted
    .filter((rung) => !kept.has(keyOf(rung)))
    .map((rung) => ({ ...rung, state: rung.fireAt !== null && rung.fireAt <= input.now ? ('collapsed' as const) : rung.state }));
  const moved = wanted.flatMap((rung) => {
    const row = kept.get(keyOf(rung));
    const same = !row || isOver(row) || (row.state === rung.state && row.fireAt?.getTime() === rung.fireAt?.getTime());
    return same ? [] : [{ id: row.id, state: rung.state, fireAt: rung.fireAt }];
  });
  return { generation, create, change: [...moved, ...cancelRows(input.rows.filter((row) => !wantedKeys.has(keyOf(row))))] };
}

/** What a timer that has stopped leaves of its ladder: nothing that could still fire. */
export const cancelRows = (rows: readonly EscalationRow[]): EscalationChange[] =>
  rows.filter((row) => row.state === 'pending' || row.state === 'suspended').map(({ id }) => ({ id, state: 'cancelled', fireAt: null }));

/** Rows of a timer stopped late, up to the stop: they are passed over without notices. */
export const collapseUntil = (rows: readonly EscalationRow[], stop: Date): EscalationChange[] =>
  rows
    .filter((row) => row.state === 'pending' && row.fireAt !== null && row.fireAt <= stop)
    .map(({ id, fireAt }) => ({ id, state: 'collapsed', fireAt }));

const isOver = (row: EscalationRow) => row.state === 'fired' || row.state === 'collapsed';
const keyOf = (row: { stepId: string; cycleKey: string }) => `${row.stepId} ${row.cycleKey}`;

function firedStepIsAhead(input: LadderInput): boolean {
  const rungsNow = rungs(input);
  const over = new Set(input.rows.filter(isOver).map(keyOf));
  return rungsNow.some((rung) => over.has(keyOf(rung)) && (rung.fireAt === null || rung.fireAt > input.now));
}

function rungs({ clock, steps, cycleNo, generation }: Pick<LadderInput, 'clock' | 'steps' | 'cycleNo' | 'generation'>): NewEscalation[] {
  return steps.flatMap((step) => {
    const times = step.repeatEveryMinutes === null ? 0 : step.repeatMax;
    return Array.from({ length: times + 1 }, (_, repeatNo) => {
      const fireAt = crossing(clock, positionOf(clock, step) + repeatNo * (step.repeatEveryMinutes ?? 0) * 60);
      return {
        stepId: step.id,
        level: step.level,
        cycleKey: `${cycleNo}/${generation}/${repeatNo}`,
        state: fireAt === null ? 'suspended' : 'pending',
        fireAt,
      };
    });
  });
}

/** Counted seconds from the start of the clock to a step: on the clock's own axis, never the wall's. */
const positionOf = (clock: SlaClock, { percent, offsetMinutes }: LadderStep): number =>
  percent === null ? allowance(clock) + (offsetMinutes ?? 0) * 60 : (allowance(clock) * percent) / 100;

export interface LadderProblem {
  readonly code: 'position' | 'order' | 'repeat';
  readonly message: string;
}

/** What is wrong with a ladder as written, for each metric by itself. */
export function ladderProblems(steps: readonly LadderStep[]): LadderProblem[] {
  const problems: LadderProblem[] = [];
  const sorted = [...steps].sort((a, b) => a.level - b.level);
  sorted.forEach((step, i) => {
    const next = sorted[i + 1];
    if ((step.percent === null) === (step.offsetMinutes === null)) {
      problems.push({ code: 'position', message: `Level ${step.level} names either a percent or an offset in minutes.` });
    }
    if ((step.repeatEveryMinutes === null) !== (step.repeatMax === 0)) {
      problems.push({ code: 'repeat', message: `Level ${step.level} names how often it repeats and after how many minutes, or neither.` });
    }
    if (next && next.level === step.level) problems.push({ code: 'order', message: `Level ${step.level} exists twice.` });
    else if (next && step.percent !== null && next.percent !== null && next.percent <= step.percent) {
      problems.push({ code: 'order', message: `Level ${next.level} comes no later than level ${step.level}.` });
    }
  });
  return problems;
}
