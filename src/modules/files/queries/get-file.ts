import { text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { fileFields, fileInReach, shownFile } from '../file/stored-file.js';

export const getFile = defineQuery({
  name: 'file.get',
  summary: 'What is known of a file.',
  description: 'Who may read its record may read it. The content is at `/v1/files/{fileId}/content`.',
  graphql: 'file',
  rest: { path: '/files/{fileId}' },
  access: 'member',
  input: { fileId: text(36, { required: true, description: 'Id of the file.' }) },
  output: fileFields,
  errors: { 'file.not_found': 'There is no such file, or you may not see it.' },

  async run({ fileId }, work) {
    return shownFile(await fileInReach(work, fileId, 'read'));
  },
});
