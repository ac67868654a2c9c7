import { openWorkOf } from '#kernel/db/twins.js';
import { text } from '#kernel/resource/fields.js';
import { nilId } from '#kernel/resource/ids.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Change } from './entries-of.js';
import { sourcesOf } from './sources.js';
import { changeColumns, writeEntries } from './write-entries.js';

const recordsAtOnce = 200;

/** One step is one transaction and goes on where the last ended: a worker that dies costs one step. */
export const rebuildSteps = defineJob({
  name: 'timeline.rebuild_steps',
  description: 'Makes the entries of some records anew from the audit, and plans the next step.',
  payload: {
    run: text(100, { required: true, description: 'What the steps belong to.' }),
    after: text(36, { description: 'Id of the last record that was looked at.' }),
  },

  async run({ run, after }, work) {
    const sources = await sourcesOf(work);
    const records = await nextRecords(work, after ?? nilId);
    const last = records.at(-1);
    if (last === undefined) return;
    const { rows } = await openWorkOf(work).exec(
      `select ${changeColumns} from kernel.audit_entries a where a.tenant_id = $1 and a.record_id = any($2::uuid[]) and a.resource = any($3)
         and a.action in ('created', 'updated', 'deleted') order by a.id`,
      [work.tenantId, records, [...sources.keys()]],
    );
    const changes = rows as unknown as Change[];
    await removeOthers(work, changes, await writeEntries(work, sources, changes));
    await work.schedule(rebuildSteps, { key: `${run} ${last}`, payload: { run, after: last } });
  },
});

async function nextRecords(work: Work, after: string): Promise<string[]> {
  const { rows } = await openWorkOf(work).exec(
    'select distinct a.record_id from kernel.audit_entries a where a.tenant_id = $1 and a.record_id > $2 order by a.record_id limit $3',
    [work.tenantId, after, recordsAtOnce],
  );
  return rows.map(({ record_id }) => String(record_id));
}

/** Entries the audit does not bear out. Those of a time it does not reach back to stay. */
async function removeOthers(work: Work, changes: readonly Change[], made: readonly string[]): Promise<void> {
  const first = new Map<string, string>();
  for (const { id, record_id } of changes) if (!first.has(record_id)) first.set(record_id, id);
  await openWorkOf(work).exec(
    `delete from timeline.entries e using unnest($2::uuid[], $3::bigint[]) as c (record_id, first)
     where e.tenant_id = $1 and e.source_id = c.record_id and e.seq >= c.first and e.id <> all($4::uuid[])`,
    [work.tenantId, [...first.keys()], [...first.values()], made],
  );
}
