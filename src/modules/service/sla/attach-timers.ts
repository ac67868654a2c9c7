import type { Work } from '#kernel/usecase/work.js';
import { Case } from '../case/case.resource.js';
import { isOver, type Priority } from '../domain/case-states.js';
import { matchLevel, METRICS, type Metric } from '../domain/service-level-match.js';
import { floorAfterChange } from '../domain/sla-clock.js';
import { OPEN_TIMER_STATES } from '../domain/timer-state.js';
import { ServiceLevelTarget } from '../level/service-level-target.resource.js';
import { ServiceLevelVersion } from '../level/service-level-version.resource.js';
import { ServiceLevel } from '../level/service-level.resource.js';
import { readLedger } from './ledger.js';
import { noteSlaEvent } from './note-sla-event.js';
import { CaseTimer } from './case-timer.resource.js';
import { cancelTimer } from './stop-timers.js';

interface Agreement {
  readonly version: ServiceLevelVersion;
  readonly targets: readonly ServiceLevelTarget[];
}

export interface AttachOptions {
  /** Take the version now in force even when the case runs under an older one of the same agreement. */
  readonly newest?: boolean;
}

/**
 * Gives an open case the clocks its agreement asks for: new ones start when the case was opened, running ones keep what they have
 * counted and get the new target. The case is locked by the caller, who plans them afterwards (`keepTime`).
 */
export async function attachTimers(work: Work, kase: Case, { newest = false }: AttachOptions = {}): Promise<void> {
  if (isOver(kase.status)) return;
  const agreement = await agreementFor(work, kase, newest);
  const { timers } = await readLedger(work, kase.id);
  for (const metric of METRICS) {
    const running = timers.find((timer) => timer.metric === metric);
    const terms = termsFor(agreement, metric, kase.priority);
    if (terms) await (running ? retarget(work, kase, running, terms) : start(work, kase, terms));
    else if (running) await cancelTimer(work, running);
  }
  await work.system.repo(Case).update(kase.id, { serviceLevelVersionId: agreement?.version.id ?? null });
}

async function agreementFor(work: Work, kase: Case, newest: boolean): Promise<Agreement | null> {
  const level = matchLevel(await work.system.repo(ServiceLevel).list({ status: 'active' }), kase);
  if (!level?.publishedNumber) return null;
  const versions = work.system.repo(ServiceLevelVersion);
  const held = kase.serviceLevelVersionId === null || newest ? null : await versions.find(kase.serviceLevelVersionId);
  const version =
    held?.serviceLevelId === level.id ? held : await versions.first({ serviceLevelId: level.id, number: level.publishedNumber });
  return version && { version, targets: await work.system.repo(ServiceLevelTarget).list({ versionId: version.id }) };
}

interface Terms {
  readonly agreement: Agreement;
  readonly target: ServiceLevelTarget;
}

function termsFor(agreement: Agreement | null, metric: Metric, priority: Priority): Terms | null {
  const target = agreement?.targets.find((t) => t.metric === metric && t.priority === priority);
  return agreement && target ? { agreement, target } : null;
}

const termsOf = ({ agreement, target }: Terms) => ({
  versionId: agreement.version.id,
  targetMinutes: target.minutes,
  calendarId: target.clock === 'wall' ? null : agreement.version.calendarId,
  pausesIn: target.pausesIn,
});

async function start(work: Work, kase: Case, terms: Terms): Promise<void> {
  const { metric } = terms.target;
  if (metric === 'first_response' && kase.firstRespondedAt !== null) return;
  const { id: caseId, ownerId, cycleNo } = kase;
  const timers = work.system.repo(CaseTimer);
  const ended = await timers.first({ caseId, metric, cycleNo });
  const begin = { ...termsOf(terms), ownerId, state: 'running' as const, stoppedAt: null };
  const timer = ended
    ? await timers.update(ended.id, begin)
    : await timers.create({ ...begin, caseId, metric, cycleNo, startedAt: cycleNo === 1 ? kase.openedAt : work.now });
  await noteSlaEvent(work, timer, { kind: 'activate', at: timer.startedAt, data: { targetMinutes: terms.target.minutes } });
}

/** A target tightened when it is already missed grants a grace; a breach that has happened stays one. */
async function retarget(work: Work, kase: Case, timer: CaseTimer, terms: Terms): Promise<void> {
  const wanted = termsOf(terms);
  const same = Object.entries(wanted).every(([key, value]) => JSON.stringify(value) === JSON.stringify(timer[key as keyof typeof wanted]));
  if (same) return;
  const clock = await (await readLedger(work, kase.id)).clockOf({ ...timer, ...wanted, floorSeconds: null });
  const floor = timer.breachedAt === null ? floorAfterChange(clock, work.now, terms.agreement.version.graceMinutes * 60) : null;
  const floorSeconds = floor === null ? null : Math.ceil(floor);
  await work.system.repo(CaseTimer).update(timer.id, { ...wanted, floorSeconds });
  await noteSlaEvent(work, timer, {
    kind: 'retarget',
    data: { from: timer.targetMinutes, to: wanted.targetMinutes, priority: kase.priority, tightenedLate: floorSeconds !== null },
  });
}

/**
 * The resolution clock of a case that is worked on again: it goes on with the time left, or starts anew with the whole target,
 * as its target says. A first answer that was never given is still owed.
 */
export async function reviveTimers(work: Work, reopened: Case): Promise<void> {
  const timers = work.system.repo(CaseTimer);
  const target = await targetOf(work, reopened, 'resolution');
  const last = await timers.first({ caseId: reopened.id, metric: 'resolution' }, { orderBy: ['-cycleNo'] });
  if (last && target?.onReopen === 'continue' && !OPEN_TIMER_STATES.some((open) => open === last.state)) {
    const state = last.breachedAt === null ? 'running' : 'breached_running';
    await timers.update(last.id, { state, stoppedAt: null, overrunSeconds: null, cycleNo: reopened.cycleNo, ownerId: reopened.ownerId });
    await noteSlaEvent(work, last, { kind: 'reopen' });
  }
  await attachTimers(work, reopened);
}

async function targetOf(work: Work, kase: Case, metric: Metric): Promise<ServiceLevelTarget | null> {
  if (kase.serviceLevelVersionId === null) return null;
  return work.system.repo(ServiceLevelTarget).first({ versionId: kase.serviceLevelVersionId, metric, priority: kase.priority });
}
