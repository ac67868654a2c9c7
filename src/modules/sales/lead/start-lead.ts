import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { Lead } from './lead.resource.js';
import { stepErrors, stepLead } from './step-lead.js';

export const startLead = defineCommand({
  name: 'lead.start',
  summary: 'Begin to work a new lead.',
  input: { leadId: ref('lead', { required: true }) },
  output: { leadId: ref('lead', { required: true }) },
  errors: stepErrors,

  async run({ leadId }, work) {
    const { status } = await stepLead(work, leadId, 'start');
    await work.repo(Lead).update(leadId, { status });
    return { leadId };
  },
});
