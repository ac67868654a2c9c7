import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Lead } from './lead.resource.js';
import { stepErrors, stepLead } from './step-lead.js';

export const reopenLead = defineCommand({
  name: 'lead.reopen',
  summary: 'Take up a lead again that had been given up.',
  input: { leadId: ref('lead', { required: true }) },
  output: { leadId: ref('lead', { required: true }) },
  errors: stepErrors,

  async run({ leadId }, work) {
    const { status } = await stepLead(work, leadId, 'reopen');
    await work.repo(Lead).update(leadId, { status, disqualifiedReason: null });
    return { leadId };
  },
});
