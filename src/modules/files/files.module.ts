import { defineModule } from '#kernel/usecase/define-module.js';
import { FileAttached, FileRemoved } from './events.js';
import { deleteFile } from './file/delete-file.js';
import { linkFile } from './file/link-file.js';
import { releaseFile } from './file/release-file.js';
import { FileController } from './http/file.controller.js';
import { PublicFileController } from './http/public-file.controller.js';
import { removeBlob } from './jobs/remove-blob.effect.js';
import { tidyFiles } from './jobs/tidy-files.job.js';
import { getFile } from './queries/get-file.js';
import { listFiles } from './queries/list-files.js';

export const files = defineModule({
  name: 'files',
  description: 'Files that hang on records, kept by their content.',
  switchable: { label: 'Files' },
  commands: [deleteFile, linkFile, releaseFile],
  queries: [getFile, listFiles],
  events: [FileAttached, FileRemoved],
  effects: [removeBlob],
  jobs: [tidyFiles],
  controllers: [FileController, PublicFileController],
});
