import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { attachTimers } from '../sla/attach-timers.js';
import { keepTime } from '../jobs/escalate.job.js';
import { assignTo } from './assign-to.js';
import { assigneeErrors, checkAssignees } from './check-references.js';
import { expectOpenForWords, lockCase, overErrors } from './lock-case.js';

export const assignCase = defineCommand({
  name: 'case.assign',
  summary: 'Give a case to a person or a team. Null takes it away; what is left out stays.',
  input: { caseId: ref('case', { required: true }), ownerId: ref('user'), teamId: ref('team') },
  output: { caseId: ref('case', { required: true }), ownerId: ref('user'), teamId: ref('team') },
  errors: { ...assigneeErrors, ...overErrors },

  async run({ caseId, ownerId, teamId }, work) {
    const kase = await lockCase(work, caseId);
    expectOpenForWords(kase);
    await checkAssignees(work, { ownerId, teamId });
    const assigned = await assignTo(work, kase, {
      ownerId: ownerId === undefined ? kase.ownerId : ownerId,
      teamId: teamId === undefined ? kase.teamId : teamId,
    });
    // Another team may be under another agreement.
    if (assigned.teamId !== kase.teamId) {
      await attachTimers(work, assigned);
      await keepTime(work, caseId);
    }
    return { caseId, ownerId: assigned.ownerId, teamId: assigned.teamId };
  },
});
