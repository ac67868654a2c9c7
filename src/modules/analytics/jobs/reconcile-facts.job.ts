import { defineJob } from '#kernel/usecase/define-job.js';
import { reconcile } from '../fact/reconcile-facts.js';

export const reconcileFactsDaily = defineJob({
  name: 'analytics.reconcile_facts',
  description: 'Compares the analytics facts with the deals once a day and repairs what differs.',
  payload: {},
  everyMinutes: 24 * 60,
  async run(_payload, work) {
    await reconcile(work);
  },
});
