import { sql } from '#kernel/db/sql.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import type { Work } from '#kernel/usecase/work.js';

export interface Taken {
  readonly format: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly filter: unknown;
}

/** Written before the first byte leaves: what was taken away, by whom, and by which question. Answers the id it is noted under. */
export async function noteExport(work: Work, { name }: Resource, taken: Taken): Promise<string> {
  const { kind, id, label } = work.actor;
  const exportId = newId(typeCode('export'), work.now.getTime());
  const changes = Object.fromEntries(Object.entries(taken).map(([key, value]) => [key, [null, value ?? null]]));
  await work.rows(sql`insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, class, changes)
    values (${work.tenantId}, ${work.now}, ${kind}, ${id}, ${label}, ${`${name}.export`}, ${name}, ${exportId}, ${'exported'}, 'export', ${JSON.stringify(changes)}::jsonb)`);
  return exportId;
}
