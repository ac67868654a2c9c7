import { conflict } from '#kernel/errors/domain-error.js';
import { date, money, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { openCustomer } from '#modules/customers/api.js';
import { LeadConverted } from '../events.js';
import { openOpportunity, openingErrors } from '../opportunity/open-opportunity.js';
import { Lead } from './lead.resource.js';

const deal = {
  name: text(200, { description: 'The name of the company when left out.' }),
  amount: money(),
  closeOn: date({ description: 'Expected day of the decision.' }),
  productId: ref('product'),
  pipelineId: ref('pipeline', { unread: true, description: 'The first pipeline when left out.' }),
} as const;

export const convertLead = defineCommand({
  name: 'lead.convert',
  summary: 'Turn a qualified lead into an account and a contact, and a deal if wanted.',
  input: {
    leadId: ref('lead', { required: true }),
    accountId: ref('account', { description: 'Join this account instead of opening a new one.' }),
    contactId: ref('contact', { description: 'Take this contact instead of creating a new one.' }),
    opportunity: object(deal, { name: 'LeadConversionDeal', description: 'Also open this deal.' }),
  },
  output: {
    accountId: ref('account', { required: true }),
    contactId: ref('contact', { required: true }),
    opportunityId: ref('opportunity'),
  },
  errors: {
    'lead.not_qualified': 'Only a qualified lead can be converted; a converted one is not.',
    'contact.of_other_account': 'The contact named belongs to another account than the one named.',
    ...openingErrors,
  },

  async run({ leadId, opportunity, ...choice }, work) {
    // Two clicks must not make two accounts: the second caller waits here and then sees `converted`.
    const lead = await work.repo(Lead).lock(leadId);
    if (lead.status !== 'qualified') {
      throw conflict('lead.not_qualified', 'Only a qualified lead can be converted.', { status: lead.status });
    }

    const { ownerId, territoryId } = lead;
    const accountName = lead.company ?? lead.lastName;
    const { accountId, contactId } = await openCustomer(work, { ...lead, ...choice, accountName });
    const opening = opportunity && { ...opportunity, name: opportunity.name ?? accountName, ownerId, territoryId, accountId, contactId };
    const opportunityId = opening ? await openOpportunity(work.system, opening, work.actor.userId) : null;
    await work.repo(Lead).update(leadId, { status: 'converted', convertedAt: work.now, accountId, contactId, opportunityId });
    await work.emit(LeadConverted, { leadId, ownerId, accountId, contactId, opportunityId }, { resource: 'lead', id: leadId });

    return { accountId, contactId, opportunityId };
  },
});
