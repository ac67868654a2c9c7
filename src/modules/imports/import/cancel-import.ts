import { conflict } from '#kernel/errors/domain-error.js';
import { choice, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { may } from '../domain/states.js';
import { ImportRun } from './import-run.resource.js';

export const cancelImport = defineCommand({
  name: 'import.cancel',
  summary: 'Stop an import after the rows it is writing just now.',
  description:
    'What has been imported stays, until the import is taken back. Importing the same files again goes through all of them and writes only what is missing.',
  input: { importId: ref('import', { required: true }) },
  output: { state: choice(['cancelled'], { required: true }) },
  errors: { 'import.over': 'The import has finished, failed or been cancelled already.' },

  async run({ importId }, work) {
    const run = await work.repo(ImportRun).lock(importId);
    if (!may('cancel', run.state)) throw conflict('import.over', 'The import is over.', { state: run.state });
    await work.repo(ImportRun).update(importId, { state: 'cancelled', finishedAt: work.now });
    return { state: 'cancelled' as const };
  },
});
