import { defineModule } from '#kernel/usecase/define-module.js';
import { ImportFinished } from './events.js';
import { cancelImport } from './import/cancel-import.js';
import { takeImport } from './import/take-import.js';
import { ImportController } from './http/import.controller.js';
import { ImportIssue } from './import/import-issue.resource.js';
import { ImportRun } from './import/import-run.resource.js';
import { continueImport } from './jobs/continue-import.job.js';
import { forgetImportFiles } from './jobs/forget-files.job.js';

export const imports = defineModule({
  name: 'imports',
  description: 'Loads files of other systems: what they mean is a mapping, what is wrong with them a list.',
  switchable: { label: 'Imports', optional: ['sales', 'sales.leads'] },
  resources: [ImportRun, ImportIssue],
  commands: [takeImport, cancelImport],
  events: [ImportFinished],
  effects: [continueImport],
  jobs: [forgetImportFiles],
  controllers: [ImportController],
});
