import type { Work } from '#kernel/usecase/work.js';
import { planLadder, type LadderPlan } from '../domain/escalation-ladder.js';
import { readTimer, type TimerReading } from '../domain/timer-state.js';
import { EscalationStep } from '../level/escalation-step.resource.js';
import { Escalation } from './escalation.resource.js';
import { readLedger, type Ledger } from './ledger.js';
import { noteBreach, noteSlaEvent } from './note-sla-event.js';
import { retime } from './retime.js';
import { CaseTimer } from './case-timer.resource.js';

/** When a timer is to be looked at again: its next rung, or its due time. Null while it stands still. */
export interface Look {
  readonly timerId: string;
  readonly wakeNo: number;
  readonly at: Date | null;
}

/** Brings the open timers of a case, and the ladders they climb, in line with its segments. The case is locked by the caller, who sets the alarms. */
export async function replanTimers(work: Work, caseId: string): Promise<Look[]> {
  const ledger = await readLedger(work, caseId);
  const looks: Look[] = [];
  for (const timer of ledger.timers) looks.push(await replanTimer(work, ledger, timer));
  return looks;
}

async function replanTimer(work: Work, ledger: Ledger, timer: CaseTimer): Promise<Look> {
  const clock = await ledger.clockOf(timer);
  const reading = readTimer(clock, timer.breachedAt, work.now);
  const rows = await work.system.repo(Escalation).list({ timerId: timer.id });
  const steps = await work.system.repo(EscalationStep).list({ versionId: timer.versionId, metric: timer.metric });
  const { cycleNo, generation } = timer;
  const plan = planLadder({ clock, steps, rows, cycleNo, generation, breached: reading.breachedAt !== null, now: work.now });

  await writePlan(work, timer, plan);
  await noteChange(work, timer, reading);
  await work.system.repo(CaseTimer).update(timer.id, { ...reading, generation: plan.generation });
  return nextLook(work, timer, reading);
}

async function writePlan(work: Work, timer: CaseTimer, plan: LadderPlan): Promise<void> {
  const { id: timerId, caseId, ownerId } = timer;
  const fresh = plan.create.map((row) => ({ ...row, timerId, caseId, ownerId }));
  await work.system.repo(Escalation).createMany(fresh, { events: 'none' });
  await retime(work, plan.change);
}

async function noteChange(work: Work, timer: CaseTimer, reading: TimerReading): Promise<void> {
  const stood = timer.state === 'paused' || timer.state === 'breached_paused';
  const stands = reading.state === 'paused' || reading.state === 'breached_paused';
  if (stood !== stands) await noteSlaEvent(work, timer, { kind: stands ? 'pause' : 'resume' });
  if (timer.breachedAt === null && reading.breachedAt !== null) await noteBreach(work, timer, reading.breachedAt);
}

async function nextLook(work: Work, timer: CaseTimer, reading: TimerReading): Promise<Look> {
  const next = await work.system.repo(Escalation).first({ timerId: timer.id, state: 'pending' }, { orderBy: ['fireAt'] });
  const times = [next?.fireAt, reading.breachedAt === null ? reading.dueAt : null].filter((at) => at instanceof Date);
  const { id: timerId, wakeNo } = timer;
  return { timerId, wakeNo, at: times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime()))) };
}
