import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { refreshFacts } from '../fact/refresh-facts.js';
import { heard } from './heard.js';

export const onOpportunityChanged = defineSubscriber({
  name: 'analytics.follow_opportunities',
  description: 'Brings the fact of a deal up to date whenever the deal changes.',
  on: [heard('sales.opportunity_created'), heard('sales.opportunity_updated'), heard('sales.opportunity_deleted')],
  whileOff: 'pass',
  quiet: true,
  async run({ subject }, work) {
    if (subject) await refreshFacts(work, { ids: [subject.id] });
  },
});
