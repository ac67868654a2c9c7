import { sql } from '#kernel/db/sql.js';
import { text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { FileRemoved } from '../events.js';
import { noteAudit } from './note-audit.js';
import { fileInReach } from './stored-file.js';

export const deleteFile = defineCommand({
  name: 'file.delete',
  summary: 'Take a file off its record.',
  description: 'Who may change the record may do so. The content itself goes a while later, once no other file has it.',
  rest: { method: 'DELETE', path: '/files/{fileId}', status: 204 },
  access: 'member',
  input: { fileId: text(36, { required: true, description: 'Id of the file.' }) },
  output: {},
  errors: { 'file.not_found': 'There is no such file, or you may not see it.' },

  async run({ fileId }, work) {
    const file = await fileInReach(work, fileId, 'update');
    await work.rows(sql`delete from files.files where tenant_id = ${work.tenantId} and id = ${file.id}`);
    await noteAudit(work, 'file.delete', 'deleted', file);
    const { resource, recordId, bytes } = file;
    await work.emit(FileRemoved, { fileId: file.id, resource, recordId, bytes }, { resource, id: recordId });
    return {};
  },
});
