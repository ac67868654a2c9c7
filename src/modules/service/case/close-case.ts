import { instant, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { cancelTimers } from '../sla/stop-timers.js';
import { lockCase } from './lock-case.js';
import { moveCase, moveErrors } from './move-case.js';

export const closeCase = defineCommand({
  name: 'case.close',
  summary: 'Put a resolved case away. A first answer that was never given is not waited for any more.',
  input: { caseId: ref('case', { required: true }) },
  output: { caseId: ref('case', { required: true }), closedAt: instant({ required: true }) },
  errors: moveErrors,

  async run({ caseId }, work) {
    const closedAt = work.now;
    await moveCase(work, await lockCase(work, caseId), { to: 'closed', patch: { closedAt } });
    await cancelTimers(work, caseId);
    return { caseId, closedAt };
  },
});
