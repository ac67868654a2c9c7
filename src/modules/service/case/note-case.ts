import { longText, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { CaseMessage } from './case-message.resource.js';
import { lockCase } from './lock-case.js';

export const noteCase = defineCommand({
  name: 'case.note',
  summary: 'Write an internal note. The customer never sees it and no clock hears it.',
  graphql: 'addCaseNote',
  input: { caseId: ref('case', { required: true }), body: longText({ required: true, of: ['case_message.body'] }) },
  output: { messageId: ref('case_message', { required: true }) },

  async run({ caseId, body }, work) {
    const { ownerId } = await lockCase(work, caseId);
    const note = { direction: 'note' as const, audience: 'internal' as const, body };
    const { id } = await work.system.repo(CaseMessage).create({ ...note, caseId, ownerId, authorId: work.actor.userId, sentAt: work.now });
    return { messageId: id };
  },
});
