import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/**
 * An import may have changed a record twice. When the later change is taken back the record has a version of its own again, which stands for
 * the one it had between the two: else its earlier change would seem to have been made by somebody else.
 */
export async function noteRestored(work: Work, importId: string, restored: readonly Restored[]): Promise<void> {
  if (restored.length === 0) return;
  await work.rows(sql`insert into imports.import_restored (tenant_id, import_id, record_id, stands_for, version)
    select ${work.tenantId}::uuid, ${importId}::uuid, given.* from unnest(${restored.map(({ id }) => id)}::uuid[], ${restored.map(({ from }) => from)}::integer[],
      ${restored.map(({ to }) => to)}::integer[]) as given (id, stands_for, version)`);
}

export interface Restored {
  readonly id: string;
  /** The version it stands for. */
  readonly from: number;
  readonly to: number;
}

/** By record and the version that is stood for, `id:version`. */
export async function restoredVersions(work: Work, importId: string, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await work.rows<{
    key: string;
    version: number;
  }>(sql`select record_id || ':' || stands_for as key, version from imports.import_restored
    where tenant_id = ${work.tenantId} and import_id = ${importId} and record_id = any(${[...ids]}::uuid[])`);
  return new Map(rows.map(({ key, version }) => [key, version]));
}
