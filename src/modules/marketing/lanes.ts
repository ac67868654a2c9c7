import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** Until this transaction ends, nobody else is in the same lane of this tenant. For things that have no row yet to lock. */
export async function takeLane(work: Work, lane: string): Promise<void> {
  await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`marketing ${work.tenantId} ${lane}`}, 5))`);
}
