import { notFound } from '#kernel/errors/domain-error.js';
import { rowNotFound } from '#kernel/access/errors.js';
import { instant, ref, text } from '#kernel/resource/fields.js';
import { codeOf } from '#kernel/resource/ids.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { authorsOf } from '../store/authors.js';
import { rowsOf } from '../run/find-rows.js';

export const recordAuthors = defineQuery({
  name: 'import.authors',
  summary: 'Who made and last changed a record in the system it was imported from.',
  description:
    'Empty of records that were made here, or whose import brought no authors. `updatedById` is empty once somebody has changed the record here. Who imported it is in its audit.',
  graphql: 'recordAuthors',
  rest: { method: 'GET', path: '/records/{recordId}/authors' },
  access: 'member',
  input: { recordId: text(36, { required: true, description: 'A record of any kind that you may read.' }) },
  output: {
    createdById: ref('user', { description: 'Who made it there.' }),
    updatedById: ref('user', { description: 'Who changed it last, there.' }),
    createdAt: instant({ required: true, description: 'When it was made, there or here.' }),
    updatedAt: instant({ required: true, description: 'When it was last changed, there or here.' }),
    importId: ref('import', { description: 'The import that brought them.' }),
  },
  errors: { 'record.not_found': 'The id is none of a record here.' },

  async run({ recordId }, work) {
    const record = await recordNamed(work, recordId.toLowerCase());
    const noted = await authorsOf(work, record.id);
    const isAsOf = noted?.as_of.getTime() === record.updatedAt.getTime();
    return {
      createdById: noted?.created_by_id ?? null,
      updatedById: isAsOf ? (noted?.updated_by_id ?? null) : null,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      importId: noted?.import_id ?? null,
    };
  },
});

async function recordNamed(work: Work, id: string): Promise<{ readonly id: string; readonly createdAt: Date; readonly updatedAt: Date }> {
  const code = codeOf(id);
  const resource = code === null ? undefined : work.definitions.byCode.get(code);
  if (!resource) throw notFound('record.not_found', 'There is no record with this id, or you may not see it.', { id: id.slice(0, 80) });
  if ((await work.covering(resource, id, ['read'])).length === 0) throw rowNotFound(resource, id);
  const [row] = await rowsOf(work.system, resource, { id: [id] });
  const [createdAt, updatedAt] = [row?.['createdAt'], row?.['updatedAt']];
  if (!(createdAt instanceof Date) || !(updatedAt instanceof Date)) throw rowNotFound(resource, id);
  return { id, createdAt, updatedAt };
}
