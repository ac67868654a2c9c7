import { ref } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { Case } from '../case/case.resource.js';
import { fireEscalations } from '../sla/fire-escalations.js';
import { replanTimers, type Look } from '../sla/replan-timers.js';
import { CaseTimer } from '../sla/case-timer.resource.js';

const BUSY_MS = 1000;

export const escalate = defineJob({
  name: 'service.escalate',
  description: 'Looks at a clock when a rung of its ladder or its due time is reached, and does what the rung says.',
  payload: { timerId: ref('case_timer', { required: true }) },

  async run({ timerId }, work) {
    const timer = await work.repo(CaseTimer).find(timerId);
    if (!timer) return;
    // Whoever changes the case holds it and may be waiting for this very task: waiting here for him would be a deadlock.
    const kase = await work.repo(Case).first({ id: timer.caseId }, { lock: 'skip' });
    if (!kase) return lookAgainSoon(work, timer);
    await takeNextNumber(work, timerId);
    await replanTimers(work, kase.id);
    await fireEscalations(work, kase, timerId);
    await keepTime(work, kase.id);
  },
});

/** Plans the clocks of a case and sets an alarm for each. To be called at the end of whatever changed the case, its segments or its clocks. */
export async function keepTime(work: Work, caseId: string): Promise<void> {
  for (const look of await replanTimers(work, caseId)) await setAlarm(work, look);
}

/** The key holds a number that grows with every look: a task that has run never stands in the way of the next one. */
async function setAlarm(work: Work, { timerId, wakeNo, at }: Look): Promise<void> {
  const key = `${timerId}:${wakeNo}`;
  if (at === null) await work.cancel(escalate, key);
  else
    await work.schedule(escalate, { key, dueAt: new Date(Math.max(at.getTime(), work.now.getTime())), payload: { timerId }, move: true });
}

async function takeNextNumber(work: Work, timerId: string): Promise<void> {
  const { wakeNo } = await work.repo(CaseTimer).get(timerId);
  await work.repo(CaseTimer).update(timerId, { wakeNo: wakeNo + 1 });
}

const lookAgainSoon = (work: Work, { id, wakeNo }: CaseTimer): Promise<void> =>
  work.schedule(escalate, {
    key: `${id}:${wakeNo}:${work.now.getTime()}`,
    dueAt: new Date(work.now.getTime() + BUSY_MS),
    payload: { timerId: id },
  });
