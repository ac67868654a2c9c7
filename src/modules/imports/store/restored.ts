import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/**
 * An import may have changed a record twice. When the later change is taken back the record has a version of its own again, which stands for
 * the one it had between the two: else its earlier change would seem to have been made by somebody else.
 */
export async function noteRestored(
  work: Work,
  { importId, id, from, to }: { importId: string; id: string; from: number; to: number },
): Promise<void> {
  await work.rows(
    sql`insert into imports.import_restored (tenant_id, import_id, record_id, stands_for, version) values (${work.tenantId}, ${importId}, ${id}, ${from}, ${to})`,
  );
}

export async function restoredVersion(work: Work, importId: string, id: string, version: number): Promise<number | null> {
  const [row] = await work.rows<{ version: number }>(sql`select version from imports.import_restored
    where tenant_id = ${work.tenantId} and import_id = ${importId} and record_id = ${id} and stands_for = ${version}`);
  return row?.version ?? null;
}
