import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { refreshFacts } from '../fact/refresh-facts.js';
import { changedOneOf, heard } from './heard.js';

export const onStageChanged = defineSubscriber({
  name: 'analytics.follow_stages',
  description: 'Takes over a new name of a stage into the facts of the deals that are in it.',
  on: [heard('sales.stage_updated')],
  whileOff: 'pass',
  quiet: true,
  async run(event, work) {
    if (event.subject && changedOneOf(event, ['name'])) await refreshFacts(work, { ids: [event.subject.id], of: 'stage' });
  },
});
