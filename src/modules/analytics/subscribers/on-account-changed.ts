import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { refreshFacts } from '../fact/refresh-facts.js';
import { changedOneOf, heard } from './heard.js';

export const onAccountChanged = defineSubscriber({
  name: 'analytics.follow_accounts',
  description: 'Takes over a new name or sector of an account into the facts of its deals.',
  on: [heard('customers.account_updated')],
  whileOff: 'pass',
  quiet: true,
  async run(event, work) {
    if (event.subject && changedOneOf(event, ['name', 'sector'])) await refreshFacts(work, { ids: [event.subject.id], of: 'account' });
  },
});
