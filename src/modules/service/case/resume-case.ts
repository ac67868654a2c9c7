import { choice, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { CASE_STATES } from '../domain/case-states.js';
import { keepTime } from '../jobs/escalate.job.js';
import { lockCase } from './lock-case.js';
import { moveCase, moveErrors } from './move-case.js';

export const resumeCase = defineCommand({
  name: 'case.resume',
  summary: 'Work on a new or waiting case. Its clocks run again.',
  input: { caseId: ref('case', { required: true }), reason: text(300) },
  output: { caseId: ref('case', { required: true }), status: choice(CASE_STATES, { required: true }) },
  errors: moveErrors,

  async run({ caseId, reason }, work) {
    const { status } = await moveCase(work, await lockCase(work, caseId), { to: 'open', reason });
    await keepTime(work, caseId);
    return { caseId, status };
  },
});
