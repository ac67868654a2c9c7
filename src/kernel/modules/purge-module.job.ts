import { noteAudit } from '../audit/note-audit.js';
import { blobsTable } from '../box/write-box.js';
import type { OpenWork } from '../db/open-work.js';
import { openWorkOf, withSavepoint } from '../db/twins.js';
import { instant, text } from '../resource/fields.js';
import { defineEffect, defineJob } from '../usecase/define-job.js';
import type { Work } from '../usecase/work.js';
import { switchesOf, taskNames, type Switch } from '../variants/switches.js';
import { ModulePurged } from './events.js';
import { callOff, scheduled } from './prove-export.effect.js';
import { holdOn, pointersFrom, purgePlan, resourcesOf, tablesOf, withAllModules } from './purge-plan.js';
import { TenantModule, type PurgedRows } from './tenant-module.resource.js';

/** Rows one transaction deletes, those that go along with them not counted. */
const batch = 5_000;
/** Records of other modules one transaction changes; each is written with its audit and its event. */
const few = 200;
const dayMs = 86_400_000;

const payload = { key: text(80, { required: true }), purgeAt: instant({ required: true }) };

/** One step of a purge. What it deletes, what it counts and the next step commit together: a worker that dies leaves all of them or none. */
export const purgeModule = defineJob({
  name: 'modules.purge',
  description: 'Deletes what a module has of a company, some thousand rows at a time, once its time has come.',
  payload,

  async run({ key, purgeAt }, given) {
    const row = await scheduled(given, key, purgeAt);
    const one = switchesOf(given.definitions).get(key);
    if (!row || !one) return;
    const work = openWorkOf(given);
    if ((await holdOn(work, resourcesOf(one))) !== null) return again(work, row, work.now.getTime() + dayMs);
    if (!row.exportedAt) return waitForProof(work, row, purgeAt);
    if (row.state === 'purge_scheduled') return begin(work, one, row);
    const step = await nextStep(work, one);
    if (step === 'blocked') return callOff(work, row, 'still_referenced');
    if (step === 'done') return finish(work, one, row);
    const purging = await work.repo(TenantModule).update(row.id, { purgedRows: added(row.purgedRows ?? {}, step.counts) });
    if (step.contents) return work.schedule(removeContents, { key: `${key}:${purging.version}`, payload: { key, purgeAt } });
    await again(work, purging, work.now.getTime());
  },
});

/** From here on nobody switches it any more. */
async function begin(work: OpenWork, one: Switch, row: TenantModule): Promise<void> {
  const { touched } = await purgePlan(work, one);
  if (touched.some(({ fate }) => fate === 'blocks')) return callOff(work, row, 'still_referenced');
  const purging = await work.repo(TenantModule).update(row.id, { state: 'purging', changedAt: work.now, purgedRows: {} });
  await again(work, purging, work.now.getTime());
}

/** Files lie outside the database: their contents go, and then the rows that name them. */
export const removeContents = defineEffect({
  name: 'modules.remove_contents',
  description: 'Removes contents of files from the file store, of a module that is being purged.',
  payload,
  limitMinutes: 60,

  async run({ key, purgeAt }, context) {
    const { tenantId, ports } = context;
    const contents = () =>
      context.work(async (work) => {
        if (!(await scheduled(work, key, purgeAt))) return [];
        const { rows } = await openWorkOf(work).exec(`select sha256 from ${blobsTable} where tenant_id = $1 order by sha256 limit ${few}`, [
          tenantId,
        ]);
        return rows.map(({ sha256 }) => String(sha256));
      });
    for (let some = await contents(); some.length > 0; some = await contents()) {
      for (const sha256 of some) await ports.files.remove({ tenantId, sha256 });
      await context.work(async (work) => {
        const row = await scheduled(work, key, purgeAt);
        if (!row) return;
        const { rowCount } = await openWorkOf(work).exec(`delete from ${blobsTable} where tenant_id = $1 and sha256 = any($2::text[])`, [
          tenantId,
          some,
        ]);
        await work.repo(TenantModule).update(row.id, { purgedRows: added(row.purgedRows ?? {}, { [blobsTable]: rowCount ?? 0 }) });
      });
    }
    await context.work(async (work) => {
      const row = await scheduled(work, key, purgeAt);
      if (row) await again(work, row, work.now.getTime());
    });
  },
});

/** Whoever reads the export may be late; one who never comes is not waited for. */
const waitForProof = (work: Work, row: TenantModule, purgeAt: Date): Promise<void> =>
  work.now.getTime() - purgeAt.getTime() > dayMs
    ? callOff(work, row, 'export_unreadable')
    : again(work, row, work.now.getTime() + 3_600_000);

interface Step {
  readonly counts: PurgedRows;
  /** What comes next lies in the file store. */
  readonly contents: boolean;
}

/** Lets go of what refers to it first, then deletes. */
async function nextStep(work: OpenWork, one: Switch): Promise<Step | 'blocked' | 'done'> {
  const released = await release(work, one);
  if (released !== null) return released === 'blocked' ? released : { counts: released, contents: false };
  const names = new Map(resourcesOf(one).map(({ table, name }) => [table, name]));
  for (const { name: table } of await tablesOf(work, one)) {
    if (table === blobsTable) {
      const { rows } = await work.exec(`select from ${blobsTable} where tenant_id = $1 limit 1`, [work.tenantId]);
      if (rows.length > 0) return { counts: {}, contents: true };
      continue;
    }
    const gone = await deleted(work, table);
    if (gone === null) return 'blocked';
    if (gone > 0) return { counts: { [names.get(table) ?? table]: gone }, contents: false };
  }
  return 'done';
}

/** Records of other modules that point at it by fields of the company's own: written with the rights of the system, as on any deletion. */
async function release(given: OpenWork, one: Switch): Promise<PurgedRows | 'blocked' | null> {
  const work = await withAllModules(given);
  for (const { pointer } of pointersFrom(work, resourcesOf(one))) {
    const { rows } = await work.exec(`select record_id from kernel.field_index_ref where tenant_id = $1 and field_id = $2 limit ${few}`, [
      work.tenantId,
      pointer.fieldId,
    ]);
    if (rows.length === 0) continue;
    if (pointer.onDelete === 'restrict') return 'blocked';
    const repo = work.repo(pointer.from);
    for (const { record_id: id } of rows)
      await (pointer.onDelete === 'cascade' ? repo.delete(String(id)) : repo.update(String(id), { [pointer.name]: null }));
    return { [`${pointer.from.name}.${pointer.name}`]: rows.length };
  }
  return null;
}

/** How many rows of a table went; null when others hold them. Rows that hold one another go all at once. */
async function deleted(work: OpenWork, table: string): Promise<number | null> {
  for (const most of [batch, null]) {
    try {
      return await withSavepoint(work, async () => {
        const { rows } = await work.exec('select modules.purge_rows($1, $2) as gone', [table, most]);
        return Number(rows[0]?.['gone'] ?? 0);
      });
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== '23503') throw error;
    }
  }
  return null;
}

async function finish(work: OpenWork, one: Switch, row: TenantModule): Promise<void> {
  const purgedRows = row.purgedRows ?? {};
  await work.exec(
    `delete from kernel.tasks where tenant_id = $1 and name = any($2::text[]) and state in ('resting', 'pending', 'failed')`,
    [work.tenantId, taskNames(one)],
  );
  await work.repo(TenantModule).update(row.id, { state: 'purged', changedAt: work.now, purgedRows });
  await noteAudit(work, {
    resource: 'tenant_module',
    recordId: row.id,
    action: 'purged',
    class: 'security',
    changes: {
      key: [row.key, row.key],
      scheduledById: [null, row.changedById],
      exportedAt: [null, row.exportedAt?.toISOString() ?? null],
      rows: [purgedRows, null],
    },
  });
  const rows = Object.values(purgedRows).reduce((sum, count) => sum + count, 0);
  await work.emit(ModulePurged, { key: row.key, rows });
}

const again = (work: Work, { key, purgeAt, version }: TenantModule, at: number): Promise<void> =>
  purgeAt
    ? work.schedule(purgeModule, { key: `${key}:${version}:${at}`, dueAt: new Date(at), payload: { key, purgeAt } })
    : Promise.resolve();

function added(counts: PurgedRows, more: PurgedRows): PurgedRows {
  const sums = new Map(Object.entries(counts));
  for (const [name, count] of Object.entries(more)) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

export const purgeTaskKey = (key: string, purgeAt: Date): string => `${key}:${purgeAt.getTime()}`;

/** Takes back what waits for the day. What is found waiting all the same sees that it is not wanted any more. */
export async function cancelPurgeTask(work: Work, row: TenantModule | undefined): Promise<void> {
  if (row?.purgeAt) await work.cancel(purgeModule, purgeTaskKey(row.key, row.purgeAt));
}
