import { storeSql } from '#kernel/db/kept-figures.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Work } from '#kernel/usecase/work.js';
import { keptTables } from '../definitions/figures-of.js';
import type { Figure } from './figure.js';

/** Works a figure out for some records as they are now. Answers whose figure was another one. */
export async function workOut(work: Work, figure: Figure, ids: readonly string[]): Promise<string[]> {
  const { resource, kept } = figure;
  const rows = { from: 't', as: 'read', source: `${resource.table} t` } as const;
  const where = `t.tenant_id = $1 and t.id = any($2::uuid[])${kindCondition(resource, 't')}`;
  const { rows: stored } = await openWorkOf(work).exec(`${storeSql(kept.table, [figure], { ...rows, where })} returning record_id`, [
    work.tenantId,
    ids,
  ]);
  return stored.map(({ record_id }) => String(record_id));
}

/** Works a figure out for all records there are. */
export async function fill(work: Work, figure: Figure): Promise<void> {
  const { resource, kept } = figure;
  await forget(work, kept.fieldId);
  const where = `t.tenant_id = $1${kindCondition(resource, 't')}`;
  await openWorkOf(work).exec(storeSql(kept.table, [figure], { from: 't', as: 'read', source: `${resource.table} t`, where }), [
    work.tenantId,
  ]);
}

/** A figure that is not kept any more leaves nothing behind. */
export async function forget(work: Work, fieldId: string): Promise<void> {
  for (const table of keptTables)
    await openWorkOf(work).exec(`delete from ${table} where tenant_id = $1 and field_id = $2::uuid`, [work.tenantId, fieldId]);
}

/**
 * Figures of a company that need more than their record are worked out by one at a time: who comes behind sees what all before have seen, so the
 * last word is the right one.
 */
export async function oneAtATime(work: Work): Promise<void> {
  await openWorkOf(work).exec(`select pg_advisory_xact_lock(${turn})`, [work.tenantId]);
}

/** The same for who would rather come again than wait with a connection in hand: false when it is somebody else's turn. */
export async function isTurn(work: Work): Promise<boolean> {
  const { rows } = await openWorkOf(work).exec(`select pg_try_advisory_xact_lock(${turn}) as taken`, [work.tenantId]);
  return rows[0]?.['taken'] === true;
}

const turn = `hashtextextended('figures ' || $1::text, 0)`;
