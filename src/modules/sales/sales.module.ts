import { defineModule } from '#kernel/usecase/define-module.js';
import {
  LeadConverted,
  LeadDisqualified,
  LeadQualified,
  OpportunityLost,
  OpportunityMoved,
  OpportunityReopened,
  OpportunityWon,
} from './events.js';
import { convertLead } from './lead/convert-lead.js';
import { disqualifyLead } from './lead/disqualify-lead.js';
import { Lead } from './lead/lead.resource.js';
import { qualifyLead } from './lead/qualify-lead.js';
import { reopenLead } from './lead/reopen-lead.js';
import { startLead } from './lead/start-lead.js';
import { createOpportunity } from './opportunity/create-opportunity.js';
import { loseOpportunity } from './opportunity/lose-opportunity.js';
import { moveOpportunity } from './opportunity/move-opportunity.js';
import { OpportunityStageChange } from './opportunity/opportunity-stage-change.resource.js';
import { Opportunity } from './opportunity/opportunity.resource.js';
import { reopenOpportunity } from './opportunity/reopen-opportunity.js';
import { winOpportunity } from './opportunity/win-opportunity.js';
import { furnishPipeline } from './pipeline/furnish-pipeline.js';
import { Pipeline } from './pipeline/pipeline.resource.js';
import { Stage } from './pipeline/stage.resource.js';
import { salesRoles } from './roles.js';

export const sales = defineModule({
  name: 'sales',
  description: 'From first interest to a deal made or lost.',
  switchable: {
    label: 'Sales',
    parts: [
      {
        name: 'leads',
        label: 'Leads',
        description: 'People who have shown interest, until they are customers. Without it deals are opened with customers only.',
        resources: [Lead],
        commands: [startLead, qualifyLead, disqualifyLead, reopenLead, convertLead],
        events: [LeadQualified, LeadDisqualified, LeadConverted],
      },
    ],
  },
  resources: [Pipeline, Stage, Lead, Opportunity, OpportunityStageChange],
  commands: [
    startLead,
    qualifyLead,
    disqualifyLead,
    reopenLead,
    convertLead,
    createOpportunity,
    moveOpportunity,
    winOpportunity,
    loseOpportunity,
    reopenOpportunity,
  ],
  events: [LeadQualified, LeadDisqualified, LeadConverted, OpportunityMoved, OpportunityWon, OpportunityLost, OpportunityReopened],
  roles: salesRoles,
  furnish: furnishPipeline,
});
