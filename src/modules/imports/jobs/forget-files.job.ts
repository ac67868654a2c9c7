import { defineJob } from '#kernel/usecase/define-job.js';
import { forgetFiles } from '../store/files.js';

const keptDays = 30;

export const forgetImportFiles = defineJob({
  name: 'imports.forget_files',
  description: 'Deletes the files of imports that ended a month ago. Counts and issues stay.',
  payload: {},
  everyMinutes: 24 * 60,

  async run(_, work) {
    await forgetFiles(work, new Date(work.now.getTime() - keptDays * 86_400_000));
  },
});
