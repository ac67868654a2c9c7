export type LeadStatus = 'new' | 'working' | 'qualified' | 'converted' | 'disqualified';
/** Steps that need nothing but the lead. Conversion is more than a step: see `convert-lead.ts`. */
export type LeadVerb = 'start' | 'qualify' | 'disqualify' | 'reopen';

const steps: Readonly<Record<LeadVerb, { readonly from: readonly LeadStatus[]; readonly to: LeadStatus }>> = {
  start: { from: ['new'], to: 'working' },
  qualify: { from: ['new', 'working'], to: 'qualified' },
  disqualify: { from: ['new', 'working', 'qualified'], to: 'disqualified' },
  reopen: { from: ['disqualified'], to: 'working' },
};

/** Where `verb` leads a lead that is in `status`, or null when it may not be done now. */
export function nextLeadStatus(status: LeadStatus, verb: LeadVerb): LeadStatus | null {
  const step = steps[verb];
  return step.from.includes(status) ? step.to : null;
}
