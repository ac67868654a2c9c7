import { choice, instant, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { CASE_TYPES, PRIORITIES } from '../domain/case-states.js';
import { assigneeErrors } from './check-references.js';
import { timeErrors } from './lock-case.js';
import { startCase } from './start-case.js';

export const openCase = defineCommand({
  name: 'case.open',
  summary: 'Open a case. Its clocks start at once, or when the customer asked.',
  rest: { path: '/cases', status: 201 },
  input: {
    subject: text(200, { required: true }),
    description: longText(),
    type: choice(CASE_TYPES, { description: '`question` when left out.' }),
    priority: choice(PRIORITIES, { description: '`p3` when left out.' }),
    accountId: ref('account', { description: 'The account of the contact when left out.' }),
    contactId: ref('contact'),
    productId: ref('product'),
    ownerId: ref('user'),
    teamId: ref('team'),
    channel: choice(['email', 'phone', 'portal', 'chat', 'web', 'api'], { description: '`web` when left out.' }),
    language: text(35),
    receivedAt: instant({ description: 'When the customer asked, if that was before now.' }),
  },
  output: { caseId: ref('case', { required: true }), number: text(20, { required: true }) },
  errors: { ...assigneeErrors, ...timeErrors },

  async run(input, work) {
    const { id: caseId, number } = await startCase(work, input);
    return { caseId, number };
  },
});
