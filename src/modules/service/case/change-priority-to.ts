import type { Work } from '#kernel/usecase/work.js';
import type { Priority } from '../domain/case-states.js';
import { CasePriorityChanged } from '../events.js';
import { attachTimers } from '../sla/attach-timers.js';
import { Case } from './case.resource.js';

/** Makes a case more or less urgent: its clocks keep what they have counted and get the new targets. The caller plans them. */
export async function changePriorityTo(work: Work, kase: Case, to: Priority, source: 'manual' | 'escalation'): Promise<Case> {
  const changed = await work.system.repo(Case).update(kase.id, { priority: to, prioritySource: source });
  await work.emit(CasePriorityChanged, { caseId: kase.id, from: kase.priority, to, source }, { resource: 'case', id: kase.id });
  await attachTimers(work, changed);
  return changed;
}
