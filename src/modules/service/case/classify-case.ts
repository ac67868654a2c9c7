import { choice, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { CASE_TYPES } from '../domain/case-states.js';
import { keepTime } from '../jobs/escalate.job.js';
import { attachTimers } from '../sla/attach-timers.js';
import { Case } from './case.resource.js';
import { checkRelations } from './check-references.js';
import { expectOpenForWords, lockCase, overErrors } from './lock-case.js';

export const classifyCase = defineCommand({
  name: 'case.classify',
  summary: 'Say what a case is, whose it is and what it is about. The service level is matched again. What is left out stays.',
  input: {
    caseId: ref('case', { required: true }),
    type: choice(CASE_TYPES),
    accountId: ref('account'),
    contactId: ref('contact'),
    productId: ref('product'),
  },
  output: { caseId: ref('case', { required: true }) },
  errors: overErrors,

  async run({ caseId, type, ...relations }, work) {
    const kase = await lockCase(work, caseId);
    expectOpenForWords(kase);
    const checked = await checkRelations(work, relations);
    const patch = {
      type: type ?? undefined,
      accountId: relations.accountId === undefined ? (kase.accountId ?? checked.accountId) : relations.accountId,
      contactId: relations.contactId,
      productId: relations.productId,
    };
    const classified = await work.system.repo(Case).update(caseId, patch);
    await attachTimers(work, classified);
    await keepTime(work, caseId);
    return { caseId };
  },
});
