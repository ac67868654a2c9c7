import { sql } from '#kernel/db/sql.js';
import { boolean, integer, list, text } from '#kernel/resource/fields.js';
import { isUuid } from '#kernel/resource/ids.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { fileObject, filesWhere, recordErrors, recordInReach, shownFile } from '../file/stored-file.js';

const mostAtOnce = 200;

export const listFiles = defineQuery({
  name: 'file.list',
  summary: 'The files of a record.',
  description: 'Who may read the record may read them. Oldest first; with `after` the next ones.',
  graphql: 'files',
  rest: { path: '/files' },
  access: 'member',
  input: {
    recordId: text(36, { required: true, description: 'Id of the record.' }),
    limit: integer({ min: 1, max: mostAtOnce, default: 50, description: 'Files a page.' }),
    after: text(36, { description: 'Id of the last file of the page before.' }),
  },
  output: { files: list(fileObject, { required: true, max: mostAtOnce }), hasNextPage: boolean({ required: true }) },
  errors: recordErrors,

  async run({ recordId, limit, after }, work) {
    await recordInReach(work, recordId, 'read');
    const size = limit ?? 50;
    const behind = after && isUuid(after) ? sql`and f.id > ${after}` : sql``;
    const found = await filesWhere(work, sql`f.record_id = ${recordId} ${behind} order by f.id limit ${size + 1}`);
    return { files: found.slice(0, size).map(shownFile), hasNextPage: found.length > size };
  },
});
