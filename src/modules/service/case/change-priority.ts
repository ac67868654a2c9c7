import { choice, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { PRIORITIES } from '../domain/case-states.js';
import { keepTime } from '../jobs/escalate.job.js';
import { changePriorityTo } from './change-priority-to.js';
import { expectOpenForWords, lockCase, overErrors } from './lock-case.js';

export const changePriority = defineCommand({
  name: 'case.change_priority',
  summary: 'Make a case more or less urgent. Its clocks keep the time that has passed and get the new targets.',
  graphql: 'changeCasePriority',
  input: { caseId: ref('case', { required: true }), priority: choice(PRIORITIES, { required: true }) },
  output: { caseId: ref('case', { required: true }), priority: choice(PRIORITIES, { required: true }) },
  errors: overErrors,

  async run({ caseId, priority }, work) {
    const kase = await lockCase(work, caseId);
    expectOpenForWords(kase);
    if (kase.priority === priority) return { caseId, priority };
    await changePriorityTo(work, kase, priority, 'manual');
    await keepTime(work, caseId);
    return { caseId, priority };
  },
});
