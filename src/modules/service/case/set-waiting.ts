import { invalid } from '#kernel/errors/domain-error.js';
import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { CASE_STATES } from '../domain/case-states.js';
import { endWaiting } from '../jobs/end-waiting.job.js';
import { keepTime } from '../jobs/escalate.job.js';
import { lockCase } from './lock-case.js';
import { moveCase, moveErrors, openSegment } from './move-case.js';

const states = { customer: 'pending_customer', third_party: 'pending_third_party', internal: 'pending_internal' } as const;

export const setWaiting = defineCommand({
  name: 'case.set_waiting',
  summary: 'Let a case wait for somebody. Clocks that pause in that state stand still.',
  graphql: 'setCaseWaiting',
  input: {
    caseId: ref('case', { required: true }),
    waitingFor: choice(['customer', 'third_party', 'internal'], { required: true }),
    reason: text(300, { of: ['case.waitReason'] }),
    until: instant({ of: ['case.waitUntil'], description: 'When it comes back by itself.' }),
  },
  output: { caseId: ref('case', { required: true }), status: choice(CASE_STATES, { required: true }) },
  errors: { ...moveErrors, 'case.wait_in_past': 'A wait ends after it begins.' },

  async run({ caseId, waitingFor, reason, until }, work) {
    const kase = await lockCase(work, caseId);
    if (until && until <= work.now) throw invalid('case.wait_in_past', 'A wait ends after it begins.');
    const { status } = await moveCase(work, kase, {
      to: states[waitingFor],
      reason,
      patch: { waitReason: reason ?? null, waitUntil: until ?? null },
    });
    const { seq } = await openSegment(work, caseId);
    if (until) await work.schedule(endWaiting, { key: `${caseId}:${seq}`, dueAt: until, payload: { caseId, seq } });
    await keepTime(work, caseId);
    return { caseId, status };
  },
});
