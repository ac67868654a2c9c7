import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { refreshFacts } from '../fact/refresh-facts.js';
import { heard } from './heard.js';

export const onImportFinished = defineSubscriber({
  name: 'analytics.follow_imports',
  description: 'Brings all facts up to date after an import, whose rows do not tell of themselves.',
  on: [heard('imports.import_finished')],
  whileOff: 'pass',
  quiet: true,
  async run(_event, work) {
    await refreshFacts(work, { all: true });
  },
});
