import type { Work } from '#kernel/usecase/work.js';
import { loadCalendar } from '../calendar/load-calendar.js';
import { CaseSegment } from '../case/case-segment.resource.js';
import type { BusinessCalendar } from '../domain/business-calendar.js';
import { runsIn } from '../domain/service-level-match.js';
import type { SlaClock } from '../domain/sla-clock.js';
import { OPEN_TIMER_STATES } from '../domain/timer-state.js';
import { CaseTimer } from './case-timer.resource.js';

/** A case's life and its open timers, read once for one change. The case is locked by whoever reads them to write. */
export interface Ledger {
  readonly segments: readonly CaseSegment[];
  readonly timers: readonly CaseTimer[];
  /** The clock of a timer: the segments as its metric reads them. */
  clockOf(timer: CaseTimer): Promise<SlaClock>;
}

export async function readLedger(work: Work, caseId: string): Promise<Ledger> {
  const segments = await work.system.repo(CaseSegment).list({ caseId }, { orderBy: ['seq'] });
  const timers = await work.system.repo(CaseTimer).list({ caseId, state: [...OPEN_TIMER_STATES] });
  const calendars = new Map<string, BusinessCalendar>();
  return {
    segments,
    timers,
    async clockOf(timer) {
      if (timer.calendarId === null) return clock(timer, segments, 'wall');
      const calendar = calendars.get(timer.calendarId) ?? (await loadCalendar(work, timer.calendarId));
      calendars.set(timer.calendarId, calendar);
      return clock(timer, segments, calendar);
    },
  };
}

const clock = (timer: CaseTimer, segments: readonly CaseSegment[], measure: SlaClock['measure']): SlaClock => ({
  startedAt: timer.startedAt,
  stoppedAt: timer.stoppedAt,
  targetSeconds: timer.targetMinutes * 60,
  floorSeconds: timer.floorSeconds,
  measure,
  stretches: segments.map(({ startedAt, endedAt, status }) => ({ from: startedAt, to: endedAt, runs: runsIn(status, timer.pausesIn) })),
});
