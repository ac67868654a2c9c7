import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

interface Noted {
  readonly resource: string;
  readonly recordId: string;
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Shares are the machine's own rows, so their audit is written here and not with the row. */
export async function noteShare(work: Work, action: 'shared' | 'unshared', { resource, recordId, changes }: Noted): Promise<void> {
  const { actor } = work;
  const noted = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name, action === 'shared' ? [null, value] : [value, null]]),
  );
  await work.rows(sql`insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, changes)
    values (${work.tenantId}, ${work.now}, ${actor.kind}, ${actor.id}, ${actor.label}, ${action === 'shared' ? 'record.share' : 'record.unshare'},
      ${resource}, ${recordId}, ${action}, ${JSON.stringify(noted)}::jsonb)`);
}
