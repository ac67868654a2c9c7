import { instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { cancelTimers } from '../sla/stop-timers.js';
import { lockCase } from './lock-case.js';
import { moveCase, moveErrors } from './move-case.js';

export const cancelCase = defineCommand({
  name: 'case.cancel',
  summary: 'End a case that is no matter after all: spam, opened by mistake. Its clocks end without a verdict.',
  input: { caseId: ref('case', { required: true }), reason: text(300, { required: true }) },
  output: { caseId: ref('case', { required: true }), closedAt: instant({ required: true }) },
  errors: moveErrors,

  async run({ caseId, reason }, work) {
    const closedAt = work.now;
    await moveCase(work, await lockCase(work, caseId), { to: 'cancelled', reason, patch: { closedAt } });
    await cancelTimers(work, caseId);
    return { caseId, closedAt };
  },
});
