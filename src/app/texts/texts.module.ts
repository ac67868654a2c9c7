import { defineModule } from '#kernel/usecase/define-module.js';
import { formatRecords } from './format-records.js';
import { readLabels } from './read-labels.js';

/** What things are called in which language. It owns no table. */
export const textsModule = defineModule({
  name: 'texts',
  description: 'What things are called in which language.',
  queries: [readLabels, formatRecords],
});
