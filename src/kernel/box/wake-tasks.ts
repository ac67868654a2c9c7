import type { OpenWork } from '../db/open-work.js';

/** Lets tasks go on that rest since a box was unpacked. Those of modules that are off lie down again by themselves. */
export async function wakeTasks(work: OpenWork): Promise<number> {
  const { rowCount } = await work.exec(
    `update kernel.tasks set state = 'pending', rung_at = null where tenant_id = $1 and state = 'resting'`,
    [work.tenantId],
  );
  return rowCount ?? 0;
}
