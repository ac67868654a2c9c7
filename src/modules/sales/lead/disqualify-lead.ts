import { ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { LeadDisqualified } from '../events.js';
import { Lead } from './lead.resource.js';
import { stepErrors, stepLead } from './step-lead.js';

export const disqualifyLead = defineCommand({
  name: 'lead.disqualify',
  summary: 'Give a lead up and say why.',
  input: {
    leadId: ref('lead', { required: true }),
    reason: text(500, { required: true, of: ['lead.disqualifiedReason'], description: 'Why it is not worth selling to.' }),
  },
  output: { leadId: ref('lead', { required: true }) },
  errors: stepErrors,

  async run({ leadId, reason }, work) {
    const { lead, status } = await stepLead(work, leadId, 'disqualify');
    await work.repo(Lead).update(leadId, { status, disqualifiedReason: reason });
    await work.emit(LeadDisqualified, { leadId, ownerId: lead.ownerId, reason }, { resource: 'lead', id: leadId });
    return { leadId };
  },
});
