import { openWorkOf } from '#kernel/db/twins.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Figure } from './figure.js';
import { holdRows } from './follow-touches.js';
import type { Touch } from './touches.js';
import { workOut } from './work-out.js';

/** Some records of a figure, in the order of their ids. */
export interface Stretch {
  readonly after: string;
  readonly size: number;
}

export interface Reconciled {
  /** Figures that were not what they are worked out to be, or of records that are gone. */
  readonly differing: number;
  readonly touch: Touch | null;
  /** The last record that was looked at; null when there are no more. */
  readonly last: string | null;
}

/** Compares what is kept of a figure with what it comes to, for a stretch of records, and mends what differs. Call it one at a time. */
export async function reconcileStretch(work: Work, figure: Figure, { after, size }: Stretch): Promise<Reconciled> {
  const { resource, kept } = figure;
  const own = `t.tenant_id = $1${kindCondition(resource, 't')}`;
  const { exec } = openWorkOf(work);
  const { rows } = await exec(
    `with stretch as materialized (select t.* from ${resource.table} t where ${own} and t.id > $2::uuid order by t.id limit $3)
     select t.id, k.record_id is null or k.value is distinct from (${kept.worked('t', 'read')})::${kept.cast} as differs
     from stretch t left join ${kept.table} k on k.tenant_id = $1 and k.field_id = $4::uuid and k.record_id = t.id order by t.id`,
    [work.tenantId, after, size, kept.fieldId],
  );
  const ids = rows.filter(({ differs }) => differs === true).map(({ id }) => String(id));
  if (ids.length > 0 && figure.isOwn) await holdRows(work, figure, ids);
  const mended = ids.length === 0 ? [] : await workOut(work, figure, ids);
  const last = rows.length < size ? null : String(rows.at(-1)?.['id']);
  const touch: Touch | null = mended.length === 0 ? null : { resource: resource.name, changed: [figure.name], ids: mended, parents: {} };
  return { differing: mended.length + (last === null ? await sweep(work, figure) : 0), touch, last };
}

/** Figures of records that went without a statement of ours: with what they belonged to. */
async function sweep(work: Work, { resource, kept }: Figure): Promise<number> {
  const { rowCount } = await openWorkOf(work).exec(
    `delete from ${kept.table} k where k.tenant_id = $1 and k.field_id = $2::uuid and not exists
     (select from ${resource.table} t where t.tenant_id = $1 and t.id = k.record_id${kindCondition(resource, 't')})`,
    [work.tenantId, kept.fieldId],
  );
  return rowCount ?? 0;
}
