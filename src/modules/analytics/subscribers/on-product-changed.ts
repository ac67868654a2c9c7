import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { refreshFacts } from '../fact/refresh-facts.js';
import { changedOneOf, heard } from './heard.js';

export const onProductChanged = defineSubscriber({
  name: 'analytics.follow_products',
  description: 'Takes over a new name of a product into the facts of its deals.',
  on: [heard('catalog.product_updated')],
  whileOff: 'pass',
  quiet: true,
  async run(event, work) {
    if (event.subject && changedOneOf(event, ['name'])) await refreshFacts(work, { ids: [event.subject.id], of: 'product' });
  },
});
