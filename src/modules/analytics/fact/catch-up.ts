import type { Work } from '#kernel/usecase/work.js';
import { reconcileFactsDaily } from '../jobs/reconcile-facts.job.js';

/** What was not heard while nobody listened is found by comparing. */
export const catchUp = (work: Work): Promise<void> =>
  work.schedule(reconcileFactsDaily, { key: `on ${work.now.toISOString()}`, payload: {} });
