import { conflict } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { nextLeadStatus, type LeadStatus, type LeadVerb } from '../domain/lead-status.js';
import { Lead } from './lead.resource.js';

export const stepErrors = { 'lead.step_not_possible': 'The lead is in a status from which this step cannot be taken.' } as const;

/** The lead, locked, and the status `verb` leads it to. */
export async function stepLead(work: Work, leadId: string, verb: LeadVerb): Promise<{ lead: Lead; status: LeadStatus }> {
  const lead = await work.repo(Lead).lock(leadId);
  const status = nextLeadStatus(lead.status, verb);
  if (!status) {
    throw conflict('lead.step_not_possible', `A lead that is ${lead.status} cannot take the step "${verb}".`, {
      status: lead.status,
      step: verb,
    });
  }
  return { lead, status };
}
