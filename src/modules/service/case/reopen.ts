import type { Work } from '#kernel/usecase/work.js';
import { CaseReopened } from '../events.js';
import { activeUser } from '../notification/recipients.js';
import { reviveTimers } from '../sla/attach-timers.js';
import { assignTo } from './assign-to.js';
import type { Case } from './case.resource.js';
import { moveCase } from './move-case.js';

/** Takes up a case that was over, in a new cycle. An owner who is not there any more gives it back to the queue. The caller plans its clocks. */
export async function reopen(work: Work, kase: Case, reason: string): Promise<Case> {
  const cycleNo = kase.cycleNo + 1;
  const patch = { cycleNo, reopenCount: kase.reopenCount + 1, resolvedAt: null, closedAt: null, resolutionCode: null, resolution: null };
  const moved = await moveCase(work, kase, { to: 'open', reason, patch, reopening: true });
  const ownerStays = (await activeUser(work, moved.ownerId)).length > 0;
  const reopened = ownerStays ? moved : await assignTo(work, moved, { ownerId: null, teamId: moved.teamId });
  await reviveTimers(work, reopened);
  await work.emit(CaseReopened, { caseId: kase.id, reason, cycleNo }, { resource: 'case', id: kase.id });
  return reopened;
}
