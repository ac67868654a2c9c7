import type { Work } from '#kernel/usecase/work.js';
import { cancelRows, collapseUntil } from '../domain/escalation-ladder.js';
import type { Metric } from '../domain/service-level-match.js';
import { stopTimer } from '../domain/timer-state.js';
import { Escalation } from './escalation.resource.js';
import { readLedger, type Ledger } from './ledger.js';
import { noteBreach, noteSlaEvent } from './note-sla-event.js';
import { retime } from './retime.js';
import { CaseTimer } from './case-timer.resource.js';

/** Stops the clock of a metric at the time of the event itself and judges it there and then, without waiting for the worker. */
export async function stopTimers(work: Work, caseId: string, metric: Metric, at: Date): Promise<void> {
  const ledger = await readLedger(work, caseId);
  for (const timer of ledger.timers.filter((open) => open.metric === metric)) await stop(work, ledger, timer, at);
}

/** Ends all open clocks of a case without a verdict. */
export async function cancelTimers(work: Work, caseId: string): Promise<void> {
  const { timers } = await readLedger(work, caseId);
  for (const timer of timers) await cancelTimer(work, timer);
}

export async function cancelTimer(work: Work, timer: CaseTimer): Promise<void> {
  await endLadder(work, timer, null);
  await work.system.repo(CaseTimer).update(timer.id, { state: 'cancelled', dueAt: null });
  await noteSlaEvent(work, timer, { kind: 'cancel' });
}

async function stop(work: Work, ledger: Ledger, timer: CaseTimer, at: Date): Promise<void> {
  const { corrected, ...end } = stopTimer(await ledger.clockOf(timer), timer.breachedAt, at);
  await endLadder(work, timer, end.state === 'met_late' ? at : null);
  await work.system.repo(CaseTimer).update(timer.id, { ...end, stoppedAt: at });
  if (timer.breachedAt === null && end.breachedAt !== null) await noteBreach(work, timer, end.breachedAt);
  if (corrected) await noteSlaEvent(work, timer, { kind: 'corrected', data: { breachedAt: timer.breachedAt?.toISOString() ?? null } });
  await noteSlaEvent(work, timer, { kind: 'meet', at });
}

/** Rungs a late stop has passed are collapsed, the rest is cancelled. The alarm that is still set will find nothing to do. */
async function endLadder(work: Work, timer: CaseTimer, lateAt: Date | null): Promise<void> {
  const rows = await work.system.repo(Escalation).list({ timerId: timer.id });
  const passed = lateAt === null ? [] : collapseUntil(rows, lateAt);
  const passedIds = new Set(passed.map((row) => row.id));
  await retime(work, [...passed, ...cancelRows(rows.filter((row) => !passedIds.has(row.id)))]);
}
