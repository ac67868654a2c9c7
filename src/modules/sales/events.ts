import { defineEvent } from '#kernel/usecase/define-event.js';
import { date, instant, money, ref, text } from '#kernel/resource/fields.js';

const leadFacts = { leadId: ref('lead', { required: true }), ownerId: ref('user', { required: true }) } as const;

export const LeadQualified = defineEvent('sales.lead_qualified', 'A lead turned out to be worth selling to.', leadFacts);
export const LeadDisqualified = defineEvent('sales.lead_disqualified', 'A lead was given up.', {
  ...leadFacts,
  reason: text(500, { required: true }),
});
export const LeadConverted = defineEvent('sales.lead_converted', 'A lead became a customer.', {
  ...leadFacts,
  accountId: ref('account', { required: true }),
  contactId: ref('contact', { required: true }),
  opportunityId: ref('opportunity', { description: 'The deal opened with it, if any.' }),
});

const dealFacts = {
  opportunityId: ref('opportunity', { required: true }),
  ownerId: ref('user', { required: true }),
  accountId: ref('account'),
  amount: money(),
} as const;

export const OpportunityMoved = defineEvent(
  'sales.opportunity_moved',
  'An opportunity came into another stage. Also told when it is won, lost or reopened.',
  {
    ...dealFacts,
    fromStageId: ref('stage', { required: true }),
    toStageId: ref('stage', { required: true }),
    changedAt: instant({ required: true }),
  },
);
export const OpportunityWon = defineEvent('sales.opportunity_won', 'A deal was made.', {
  ...dealFacts,
  closedOn: date({ required: true }),
});
export const OpportunityLost = defineEvent('sales.opportunity_lost', 'A deal was lost.', {
  ...dealFacts,
  closedOn: date({ required: true }),
  reason: text(500, { required: true }),
});
export const OpportunityReopened = defineEvent('sales.opportunity_reopened', 'A closed deal is open again.', dealFacts);
