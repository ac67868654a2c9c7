import { attachExternalRef, detachExternalRef } from '../external-refs/attach-ref.js';
import { defineModule } from '../usecase/define-module.js';
import { cancelOperation } from './cancel-operation.js';
import { continueBulk } from './continue-bulk.job.js';
import { Operation } from './operation.resource.js';
import { tidyOperations } from './tidy-operations.job.js';
import { operationUnderWay } from './under-way.js';

/** What the machine itself offers about its own work; it knows no business. */
export const operations = defineModule({
  name: 'operations',
  description: 'Long calls that run in the background, and what other systems call our records.',
  resources: [Operation],
  commands: [cancelOperation, attachExternalRef, detachExternalRef],
  jobs: [continueBulk, tidyOperations],
  // Exports leave a file that stays behind, and one of them is the one that is being written.
  boxRules: { 'operations.operations': { where: `r.kind <> 'export'` } },
  underWay: operationUnderWay,
});
