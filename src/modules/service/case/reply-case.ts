import { boolean, instant, longText, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { isQualifyingResponse } from '../domain/service-level-match.js';
import { CaseFirstResponded } from '../events.js';
import { keepTime } from '../jobs/escalate.job.js';
import { stopTimers } from '../sla/stop-timers.js';
import { CaseMessage } from './case-message.resource.js';
import { Case } from './case.resource.js';
import { eventTime, expectOpenForWords, lockCase, overErrors, timeErrors } from './lock-case.js';
import { moveCase } from './move-case.js';

export const replyCase = defineCommand({
  name: 'case.reply',
  summary: 'Answer the customer. The first real answer of a person stops the first-response clock.',
  input: {
    caseId: ref('case', { required: true }),
    body: longText({ required: true, of: ['case_message.body'] }),
    holding: boolean({ description: 'Says only that an answer will come: stops no clock.' }),
    automatic: boolean({ description: 'Written by a machine: stops no clock.' }),
    sentAt: instant({ description: 'When it was sent, if it is recorded later. The clock is judged by this time.' }),
  },
  output: {
    messageId: ref('case_message', { required: true }),
    firstResponse: boolean({ required: true, description: 'Whether this was the first real answer.' }),
  },
  errors: { ...overErrors, ...timeErrors },

  async run({ caseId, body, holding, automatic, sentAt: sent }, work) {
    const kase = await lockCase(work, caseId);
    expectOpenForWords(kase);
    const sentAt = eventTime(work, sent, kase.openedAt);
    const words = {
      direction: 'outbound' as const,
      audience: 'customer' as const,
      body,
      holding: holding ?? false,
      automatic: automatic ?? false,
    };
    const message = await work.system
      .repo(CaseMessage)
      .create({ ...words, caseId, ownerId: kase.ownerId, authorId: work.actor.userId, sentAt });

    if (kase.status === 'new' && !words.automatic) await moveCase(work, kase, { to: 'open', reason: 'first reply' });
    const byHuman = !words.automatic && work.actor.kind !== 'system';
    const firstResponse = kase.firstRespondedAt === null && isQualifyingResponse({ ...words, byHuman });
    if (firstResponse) await stopTimers(work, caseId, 'first_response', sentAt);
    await work.system.repo(Case).update(caseId, { lastAgentMessageAt: sentAt, ...(firstResponse ? { firstRespondedAt: sentAt } : {}) });
    await keepTime(work, caseId);
    if (firstResponse) await tell(work, caseId, message.id, sentAt);
    return { messageId: message.id, firstResponse };
  },
});

const tell = (work: Work, caseId: string, messageId: string, respondedAt: Date) =>
  work.emit(CaseFirstResponded, { caseId, messageId, respondedAt }, { resource: 'case', id: caseId });
