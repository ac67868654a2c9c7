import { defineModule } from '#kernel/usecase/define-module.js';
import { ImportFinished, ImportReverted } from './events.js';
import { cancelImport } from './import/cancel-import.js';
import { createImport } from './import/create-import.js';
import { ImportMapping } from './import/import-mapping.resource.js';
import { pushRows } from './import/push-rows.js';
import { saveMapping } from './import/save-mapping.js';
import { dryRunImport, mapImport, pauseImport, resumeImport, startPrepared, takeBackImport } from './import/steer-import.js';
import { takeImport } from './import/take-import.js';
import { ImportController } from './http/import.controller.js';
import { ImportIssue } from './import/import-issue.resource.js';
import { ImportRun } from './import/import-run.resource.js';
import { importHistory } from './queries/import-history.js';
import { recordAuthors } from './queries/record-authors.js';
import { importRows } from './queries/import-rows.js';
import { suggestMapping } from './queries/suggest-mapping.js';
import { importUnderWay } from './import/under-way.js';
import { closeBrokenImports } from './jobs/close-broken.job.js';
import { continueImport } from './jobs/continue-import.job.js';
import { forgetImportFiles } from './jobs/forget-files.job.js';

export const imports = defineModule({
  name: 'imports',
  description: 'Loads files of other systems: what they mean is a mapping, what is wrong with them a list.',
  switchable: { label: 'Imports', optional: ['sales', 'sales.leads'] },
  resources: [ImportRun, ImportIssue, ImportMapping],
  commands: [
    takeImport,
    createImport,
    pushRows,
    saveMapping,
    mapImport,
    dryRunImport,
    startPrepared,
    pauseImport,
    resumeImport,
    cancelImport,
    takeBackImport,
  ],
  queries: [suggestMapping, importRows, importHistory, recordAuthors],
  events: [ImportFinished, ImportReverted],
  effects: [continueImport],
  jobs: [forgetImportFiles, closeBrokenImports],
  controllers: [ImportController],
  underWay: importUnderWay,
});
