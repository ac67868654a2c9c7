import { rowNotFound } from '#kernel/access/errors.js';
import { invalid, notFound } from '#kernel/errors/domain-error.js';
import { codeOf, isUuid } from '#kernel/resource/ids.js';
import { words } from '#kernel/resource/names.js';
import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { sourcesOf, type Sources } from '../feed/sources.js';
import { toldAmong, type KeptEntry } from './read-entries.js';

export const recordErrors = {
  'record.not_found': 'The id is none of a record here.',
  'timeline.none': 'Records of this kind have no timeline.',
};
export const entryErrors = { 'timeline_entry.not_found': 'There is no such entry, or you may not see it.' };

/** The record whose timeline is meant. One that may not be seen is not there. */
export async function recordNamed(work: Work, id: string): Promise<{ readonly recordId: string; readonly sources: Sources }> {
  const recordId = id.toLowerCase();
  const code = codeOf(recordId);
  const resource = code === null ? undefined : work.definitions.byCode.get(code);
  if (!resource) throw notFound('record.not_found', 'There is no record with this id, or you may not see it.', { id: id.slice(0, 80) });
  if ((await work.covering(resource, recordId, ['read'])).length === 0) throw rowNotFound(resource, recordId);
  const sources = await sourcesOf(work);
  if (sources.get(resource.name)?.kind !== 'kept')
    throw invalid('timeline.none', `A ${words(resource)} has no timeline.`, {
      errors: [{ path: '/recordId', code: 'without_timeline', message: 'is of a kind without a timeline' }],
    });
  return { recordId, sources };
}

/** The entry an id names, when the actor is told of it on a record he may read. */
export async function entryNamed(work: Work, id: string): Promise<KeptEntry> {
  const rows = isUuid(id)
    ? await work.rows<{ record_id: string }>(
        sql`select e.record_id from timeline.entries e where e.tenant_id = ${work.tenantId} and e.id = ${id.toLowerCase()}`,
      )
    : [];
  const [row] = rows;
  const told = row ? await toldAmong(work, await sourcesOf(work), [{ id: id.toLowerCase(), recordId: row.record_id }]) : [];
  const [entry] = told;
  if (!entry) throw notFound('timeline_entry.not_found', 'There is no such entry, or you may not see it.', { id: id.slice(0, 80) });
  return entry;
}
