import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { LeadQualified } from '../events.js';
import { Lead } from './lead.resource.js';
import { stepErrors, stepLead } from './step-lead.js';

export const qualifyLead = defineCommand({
  name: 'lead.qualify',
  summary: 'Find a lead worth selling to. Only then can it be converted.',
  input: { leadId: ref('lead', { required: true }) },
  output: { leadId: ref('lead', { required: true }) },
  errors: stepErrors,

  async run({ leadId }, work) {
    const { lead, status } = await stepLead(work, leadId, 'qualify');
    await work.repo(Lead).update(leadId, { status });
    await work.emit(LeadQualified, { leadId, ownerId: lead.ownerId }, { resource: 'lead', id: leadId });
    return { leadId };
  },
});
