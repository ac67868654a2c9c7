import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** Two imports of one kind must not both find a row missing and make it twice: chunks of one mapping take turns. */
export async function lockMapping(work: Work, mapping: string): Promise<void> {
  await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`imports ${work.tenantId} ${mapping}`}, 0))`);
}
