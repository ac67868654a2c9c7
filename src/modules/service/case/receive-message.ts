import { boolean, instant, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { comesBackInTime, isOver, isPending } from '../domain/case-states.js';
import { CaseMessageReceived } from '../events.js';
import { keepTime } from '../jobs/escalate.job.js';
import { CaseMessage } from './case-message.resource.js';
import { Case } from './case.resource.js';
import { checkRelations } from './check-references.js';
import { eventTime, lockCase, timeErrors } from './lock-case.js';
import { moveCase } from './move-case.js';
import { reopen } from './reopen.js';
import { startCase } from './start-case.js';

export const receiveMessage = defineCommand({
  name: 'case.receive',
  summary:
    'Take in what the customer wrote. A waiting case goes back to work; one resolved not long ago is reopened, an older one is continued in a new case.',
  graphql: 'receiveCaseMessage',
  input: {
    caseId: ref('case', { required: true }),
    body: longText({ required: true, of: ['case_message.body'] }),
    contactId: ref('contact', { description: 'Who wrote; the contact of the case when left out.' }),
    externalId: text(300, {
      of: ['case_message.externalId'],
      description: 'Name of the message at its source. The same one is taken once, however often it is delivered.',
    }),
    automatic: boolean({ description: 'An out-of-office note or the like: kept, but moves nothing.' }),
    receivedAt: instant({ description: 'When it came in, if it is recorded later.' }),
  },
  output: {
    messageId: ref('case_message', { required: true }),
    caseId: ref('case', { required: true, description: 'The case it landed in.' }),
  },
  errors: timeErrors,

  async run(input, work) {
    const addressed = await lockCase(work, input.caseId);
    const known = input.externalId ? await work.system.repo(CaseMessage).first({ externalId: input.externalId }) : null;
    if (known) return { messageId: known.id, caseId: known.caseId };

    await checkRelations(work, { contactId: input.contactId });
    const kase = input.automatic ? addressed : await caseToWorkOn(work, addressed);
    const { body, externalId } = input;
    const sentAt = eventTime(work, input.receivedAt, addressed.openedAt);
    const contactId = input.contactId ?? kase.contactId;
    const message = await work.system.repo(CaseMessage).create({
      direction: 'inbound',
      audience: 'customer',
      caseId: kase.id,
      ownerId: kase.ownerId,
      contactId,
      body,
      externalId,
      sentAt,
      automatic: input.automatic ?? false,
    });
    if (!input.automatic) await work.system.repo(Case).update(kase.id, { lastCustomerMessageAt: sentAt });
    await keepTime(work, kase.id);
    await work.emit(CaseMessageReceived, { caseId: kase.id, messageId: message.id, contactId }, { resource: 'case', id: kase.id });
    return { messageId: message.id, caseId: kase.id };
  },
});

/** Where a person's words belong: this case, awake again, or a new one that follows it. */
async function caseToWorkOn(work: Work, kase: Case): Promise<Case> {
  if (isPending(kase.status)) return moveCase(work, kase, { to: 'open', reason: 'customer replied' });
  if (!isOver(kase.status)) return kase;
  const endedAt = kase.resolvedAt ?? kase.closedAt;
  if (endedAt && comesBackInTime(endedAt, work.now)) return reopen(work, kase, 'customer replied');
  const { id: followUpOfId, subject, type, accountId, contactId, productId, teamId, channel, language } = kase;
  return startCase(work.system, { followUpOfId, subject, type, accountId, contactId, productId, teamId, channel, language });
}
