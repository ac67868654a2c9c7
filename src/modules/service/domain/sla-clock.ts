import { addWorking, workingBetween, type BusinessCalendar } from './business-calendar.js';

/** What a clock counts: the open hours of a calendar, or all time. */
export type Measure = BusinessCalendar | 'wall';

/** A stretch of a case's life, as one metric reads it. The last one is open: its `to` is null. */
export interface Stretch {
  readonly from: Date;
  readonly to: Date | null;
  readonly runs: boolean;
}

/** A service level clock. Nothing of it is stored but its start, its target and the ledger of stretches: every due time can be worked out again. */
export interface SlaClock {
  readonly startedAt: Date;
  /** When it stopped for good; null while it may still run. */
  readonly stoppedAt: Date | null;
  readonly targetSeconds: number;
  /** Least allowance after the target was tightened late, in counted seconds since the start. */
  readonly floorSeconds: number | null;
  readonly measure: Measure;
  /** In order, without gap or overlap. */
  readonly stretches: readonly Stretch[];
}

export interface ClockRow {
  readonly from: Date;
  readonly to: Date;
  readonly runs: boolean;
  /** Seconds counted in this row, and up to its end. */
  readonly seconds: number;
  readonly total: number;
}

/** The target that counts: a target tightened too late grants a grace. */
export const allowance = (clock: SlaClock): number => Math.max(clock.targetSeconds, clock.floorSeconds ?? 0);

/** Seconds counted up to `at`. */
export const consumed = (clock: SlaClock, at: Date): number => explain(clock, at).at(-1)?.total ?? 0;

/** Seconds left at `at`; negative is an overrun. */
export const remaining = (clock: SlaClock, at: Date): number => allowance(clock) - consumed(clock, at);

/**
 * The instant at which the clock has counted `seconds`. Null when it is paused before that, or when its calendar
 * never gets there. Offsets of warnings go through here too: subtracting from the due instant would forget the hours.
 */
export function crossing(clock: SlaClock, seconds: number): Date | null {
  if (seconds <= 0) return clock.startedAt;
  let rest = seconds;
  for (const { from, to, runs } of clipped(clock)) {
    if (!runs) continue;
    if (to === null) return add(clock.measure, from, rest);
    const length = between(clock.measure, from, to);
    if (rest <= length) return add(clock.measure, from, rest);
    rest -= length;
  }
  return null;
}

/** When the target is reached; null while the clock stands still before it. In the past: a breach. */
export const dueAt = (clock: SlaClock): Date | null => crossing(clock, allowance(clock));

/** The account of the clock up to `at`, row by row with a running sum. */
export function explain(clock: SlaClock, at: Date): ClockRow[] {
  const end = clock.stoppedAt && clock.stoppedAt < at ? clock.stoppedAt : at;
  let total = 0;
  const rows: ClockRow[] = [];
  for (const { from, to, runs } of clipped(clock)) {
    if (from >= end) break;
    const until = to !== null && to < end ? to : end;
    const seconds = runs ? between(clock.measure, from, until) : 0;
    total += seconds;
    rows.push({ from, to: until, runs, seconds, total });
  }
  return rows;
}

/**
 * The floor for a target that changes at `at`: none when the new due time is still ahead, else what is counted
 * so far and a grace, so that nobody is late by a decision of somebody else.
 */
export function floorAfterChange(clock: SlaClock, at: Date, graceSeconds: number): number | null {
  const counted = consumed(clock, at);
  return counted >= clock.targetSeconds ? counted + graceSeconds : null;
}

/** Stretches from the start of the clock on: a case may be older than its clock. */
const clipped = ({ stretches, startedAt }: SlaClock): Stretch[] =>
  stretches.filter(({ to }) => to === null || to > startedAt).map((s) => (s.from < startedAt ? { ...s, from: startedAt } : s));

const add = (measure: Measure, from: Date, seconds: number): Date | null =>
  measure === 'wall' ? new Date(from.getTime() + Math.round(seconds * 1000)) : addWorking(measure, from, seconds);

const between = (measure: Measure, from: Date, to: Date): number =>
  measure === 'wall' ? Math.max(0, to.getTime() - from.getTime()) / 1000 : workingBetween(measure, from, to);
