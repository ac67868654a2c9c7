import { choice, integer } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { differingSums } from './control-sums.js';
import { FactRefresh } from './fact-refresh.resource.js';
import { refreshFacts } from './refresh-facts.js';

export const reconcileFacts = defineCommand({
  name: 'analytics.reconcile',
  summary: 'Compare the analytics facts with the deals and repair what differs.',
  graphql: 'reconcileAnalytics',
  input: {},
  output: {
    outcome: choice(['equal', 'repaired', 'different'], { required: true }),
    written: integer({ required: true }),
    removed: integer({ required: true }),
  },

  run: (_input, work) => reconcile(work),
});

/** Compares numbers and sums, repairs every fact that differs, compares again, and keeps the result as a record. */
export async function reconcile(work: Work): Promise<{ outcome: FactRefresh['outcome']; written: number; removed: number }> {
  const differences = await differingSums(work);
  const { written, removed } = await refreshFacts(work, { all: true });
  const left = await differingSums(work);
  const outcome = left.length > 0 ? 'different' : written + removed > 0 ? 'repaired' : 'equal';
  await work.system.repo(FactRefresh).create({ startedAt: work.now, outcome, written, removed, differences });
  return { outcome, written, removed };
}
