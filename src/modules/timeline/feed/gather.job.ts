import { openWorkOf } from '#kernel/db/twins.js';
import { list, text } from '#kernel/resource/fields.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Change } from './entries-of.js';
import { rebuildSteps } from './rebuild-steps.job.js';
import { sourcesOf } from './sources.js';
import { changeColumns, writeEntries } from './write-entries.js';

const verbs = ['created', 'updated', 'deleted'];
const of = (module: string, ...kinds: string[]) => kinds.flatMap((kind) => verbs.map((verb) => `${module}.${kind}_${verb}`));
const importFinished = 'imports.import_finished';

export const gatherEntries = defineJob({
  name: 'timeline.gather',
  description: 'Shows what has happened on the timelines of the records it has to do with.',
  payload: { events: list(text(36, { required: true }), { required: true }) },
  hears: [
    ...of('customers', 'account', 'contact', 'activity', 'consent'),
    ...of('sales', 'lead', 'opportunity'),
    ...of('service', 'case', 'case_message'),
    'marketing.outbound_message_updated',
    'records.*',
    importFinished,
  ],

  async run({ events }, work) {
    const changes = await changesBehind(work, events);
    await writeEntries(work, await sourcesOf(work), changes);
    await catchUpWithImports(work, events);
  },
});

/** An event tells that a record changed; how, is in the audit of the same moment. */
async function changesBehind(work: Work, events: readonly string[]): Promise<Change[]> {
  const { rows } = await openWorkOf(work).exec(
    `select ${changeColumns} from kernel.outbox o
     join kernel.audit_entries a on a.tenant_id = o.tenant_id and a.record_id = o.subject_id and a.at = o.occurred_at
       and a.action = substring(o.type from '_(created|updated|deleted)$')
     where o.tenant_id = $1 and o.id = any($2::uuid[]) order by a.id`,
    [work.tenantId, events],
  );
  const once = new Map((rows as unknown as Change[]).map((change) => [change.id, change]));
  return [...once.values()];
}

/** Rows that imports create do not tell of themselves. They are as old as the import at most, and ids begin with their time. */
async function catchUpWithImports(work: Work, events: readonly string[]): Promise<void> {
  const { rows } = await openWorkOf(work).exec(
    `select min(o.subject_id::text) as first from kernel.outbox o where o.tenant_id = $1 and o.id = any($2::uuid[]) and o.type = $3`,
    [work.tenantId, events, importFinished],
  );
  const first = rows[0]?.['first'];
  if (typeof first !== 'string') return;
  await work.schedule(rebuildSteps, {
    key: `import ${first}`,
    payload: { run: `import ${first}`, after: `${first.slice(0, 13)}-0000-0000-000000000000` },
  });
}
