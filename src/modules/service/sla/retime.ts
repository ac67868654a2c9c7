import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { EscalationChange } from '../domain/escalation-ladder.js';

/** Rows that follow from the ledger are moved in one statement and without audit: the segments tell why. What has fired never moves. */
export async function retime(work: Work, changes: readonly EscalationChange[]): Promise<void> {
  if (changes.length === 0) return;
  await work.system.rows(sql`
    update service.escalations e
    set state = c.state, fire_at = c."fireAt", version = e.version + 1, updated_at = ${work.now}
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c (id uuid, state text, "fireAt" timestamp with time zone)
    where e.tenant_id = ${work.tenantId} and e.id = c.id and e.state not in ('fired', 'collapsed')`);
}
