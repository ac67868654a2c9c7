import { allowance, consumed, dueAt, type SlaClock } from './sla-clock.js';

export const TIMER_STATES = ['running', 'paused', 'met', 'breached_running', 'breached_paused', 'met_late', 'cancelled'] as const;
export type TimerState = (typeof TIMER_STATES)[number];
export const OPEN_TIMER_STATES = ['running', 'paused', 'breached_running', 'breached_paused'] as const satisfies readonly TimerState[];

export interface TimerReading {
  readonly state: TimerState;
  readonly dueAt: Date | null;
  /** The due instant that was missed, never the moment somebody noticed. */
  readonly breachedAt: Date | null;
}

/** Reads an open timer at `now`. A breach once found stays, even when the target is loosened later. */
export function readTimer(clock: SlaClock, breachedBefore: Date | null, now: Date): TimerReading {
  const due = dueAt(clock);
  const breachedAt = breachedBefore ?? (due !== null && due <= now ? due : null);
  const runs = clock.stretches.at(-1)?.runs ?? false;
  if (breachedAt !== null) return { state: runs ? 'breached_running' : 'breached_paused', dueAt: due, breachedAt };
  return { state: runs ? 'running' : 'paused', dueAt: due, breachedAt };
}

export interface TimerEnd {
  readonly state: 'met' | 'met_late';
  readonly dueAt: Date | null;
  readonly breachedAt: Date | null;
  readonly overrunSeconds: number | null;
  /** A breach had been found, but what stopped the clock happened before it. */
  readonly corrected: boolean;
}

/**
 * Stops a timer at `at`, the time of the event itself: an answer sent at 10:59 keeps a promise for 11:00 though it is
 * recorded at 11:02. Needs no worker to have noticed a breach first.
 */
export function stopTimer(clock: SlaClock, breachedBefore: Date | null, at: Date): TimerEnd {
  const due = dueAt(clock);
  const missed = breachedBefore ?? due;
  if (missed === null || at <= missed)
    return { state: 'met', dueAt: due, breachedAt: null, overrunSeconds: null, corrected: breachedBefore !== null };
  const overrun = Math.round(consumed(clock, at) - allowance(clock));
  return { state: 'met_late', dueAt: due, breachedAt: missed, overrunSeconds: Math.max(0, overrun), corrected: false };
}
