import { sql } from '#kernel/db/sql.js';
import { text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { noteAudit } from './note-audit.js';
import { fileFields, fileInReach, shownFile } from './stored-file.js';

export const releaseFile = defineCommand({
  name: 'file.release',
  summary: 'Give out a file that is in quarantine.',
  description: 'For who has looked at it and found it good. It is given out as what it is, not as what it said it was.',
  rest: { path: '/files/{fileId}/release' },
  input: { fileId: text(36, { required: true, description: 'Id of the file.' }) },
  output: fileFields,
  errors: { 'file.not_found': 'There is no such file, or you may not see it.' },

  async run({ fileId }, work) {
    const file = { ...(await fileInReach(work, fileId, 'read')), quarantine: null };
    await work.rows(sql`update files.files set quarantine = null where tenant_id = ${work.tenantId} and id = ${file.id}`);
    await noteAudit(work, 'file.release', 'updated', file);
    return shownFile(file);
  },
});
