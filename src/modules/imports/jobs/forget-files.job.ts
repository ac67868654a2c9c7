import { defineJob } from '#kernel/usecase/define-job.js';
import { forgetFiles, keptDays } from '../store/files.js';

export const forgetImportFiles = defineJob({
  name: 'imports.forget_files',
  description: 'Deletes the files and journals of imports that ended a month ago. Counts and issues stay.',
  payload: {},
  everyMinutes: 24 * 60,

  async run(_, work) {
    await forgetFiles(work, new Date(work.now.getTime() - keptDays * 86_400_000));
  },
});
