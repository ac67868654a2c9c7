import { reachOf } from '#kernel/access/actor.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { integer, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { comesBackInTime } from '../domain/case-states.js';
import { keepTime } from '../jobs/escalate.job.js';
import { lockCase } from './lock-case.js';
import { moveErrors } from './move-case.js';
import { reopen } from './reopen.js';

export const reopenCase = defineCommand({
  name: 'case.reopen',
  summary: 'Work on a case again that was resolved, closed or cancelled. Its clocks go on or start anew, as the service level says.',
  input: { caseId: ref('case', { required: true }), reason: text(300, { required: true }) },
  output: { caseId: ref('case', { required: true }), cycleNo: integer({ required: true }) },
  errors: {
    ...moveErrors,
    'case.reopen_too_late':
      'Seven days after its end only somebody with the right case:reopen_late may reopen a case; open one that follows it.',
  },

  async run({ caseId, reason }, work) {
    const kase = await lockCase(work, caseId);
    const endedAt = kase.resolvedAt ?? kase.closedAt;
    if (endedAt && !comesBackInTime(endedAt, work.now) && reachOf(work.actor.permissions, 'case:reopen_late') === null) {
      throw conflict('case.reopen_too_late', 'The case ended more than seven days ago.', { endedAt: endedAt.toISOString() });
    }
    const { cycleNo } = await reopen(work, kase, reason);
    await keepTime(work, caseId);
    return { caseId, cycleNo };
  },
});
