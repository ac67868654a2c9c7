import { instant, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { CaseResolved } from '../events.js';
import { keepTime } from '../jobs/escalate.job.js';
import { stopTimers } from '../sla/stop-timers.js';
import { lockCase } from './lock-case.js';
import { moveCase, moveErrors } from './move-case.js';

export const resolveCase = defineCommand({
  name: 'case.resolve',
  summary: 'Say that a case is settled, and how. Stops the resolution clock.',
  input: {
    caseId: ref('case', { required: true }),
    resolutionCode: text(60, { required: true, description: 'How it was settled, a short word of the company’s own list.' }),
    resolution: longText({ description: 'What was done.' }),
  },
  output: { caseId: ref('case', { required: true }), resolvedAt: instant({ required: true }) },
  errors: moveErrors,

  async run({ caseId, resolutionCode, resolution }, work) {
    // Two who resolve at once: the second waits here and then sees that it is done.
    const kase = await lockCase(work, caseId);
    const resolvedAt = work.now;
    const { contactId, cycleNo } = await moveCase(work, kase, {
      to: 'resolved',
      reason: resolutionCode,
      patch: { resolvedAt, resolutionCode, resolution: resolution ?? null },
    });
    await stopTimers(work, caseId, 'resolution', resolvedAt);
    await keepTime(work, caseId);
    await work.emit(CaseResolved, { caseId, resolutionCode, contactId, resolvedAt, cycleNo }, { resource: 'case', id: caseId });
    return { caseId, resolvedAt };
  },
});
