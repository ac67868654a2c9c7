import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { StoredFile } from './stored-file.js';

/** Files are no rows of a resource, so who did what to them is written down here. */
export async function noteAudit(work: Work, command: string, action: 'created' | 'updated' | 'deleted', file: StoredFile): Promise<void> {
  const { kind, id, label } = work.actor;
  const { name, sha256, bytes, recordId, resource } = file;
  const facts = { name, sha256, bytes, resource, recordId, quarantine: file.quarantine };
  const changes = Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [key, action === 'deleted' ? [value, null] : [null, value]]),
  );
  await work.rows(sql`insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, changes)
    values (${work.tenantId}, ${work.now}, ${kind}, ${id}, ${label}, ${command}, ${'file'}, ${file.id}, ${action}, ${JSON.stringify(changes)}::jsonb)`);
}
