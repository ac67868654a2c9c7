import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { refreshFacts } from '../fact/refresh-facts.js';
import { changedOneOf, heard } from './heard.js';

export const onSellerChanged = defineSubscriber({
  name: 'analytics.follow_sellers',
  description: 'Takes over a new name, team, manager or region of sellers into the facts of their deals.',
  on: [heard('identity.user_updated'), heard('identity.team_updated')],
  whileOff: 'pass',
  quiet: true,
  async run(event, work) {
    // A manager's name stands in the facts of all who report to him, a region in those of a whole team: only the view knows whose.
    if (changedOneOf(event, ['name', 'region'])) await refreshFacts(work, { all: true });
    else if (event.subject && changedOneOf(event, ['teamId', 'managerId']))
      await refreshFacts(work, { ids: [event.subject.id], of: 'owner' });
  },
});
