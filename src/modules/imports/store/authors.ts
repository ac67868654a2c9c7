import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** Who made and last changed a record in the system it came from, and as of when the latter holds. */
export interface NotedAuthors {
  readonly id: string;
  readonly createdById: string | null;
  readonly updatedById: string | null;
  /** When the record is said to have been changed last: a later change has another author, whom audit knows. */
  readonly asOf: Date;
}

export async function noteAuthors(work: Work, importId: string, noted: readonly NotedAuthors[]): Promise<void> {
  if (noted.length === 0) return;
  await work.rows(sql`insert into imports.record_authors (tenant_id, import_id, record_id, created_by_id, updated_by_id, as_of)
    select ${work.tenantId}::uuid, ${importId}::uuid, given.* from unnest(${noted.map(({ id }) => id)}::uuid[],
      ${noted.map(({ createdById }) => createdById)}::uuid[], ${noted.map(({ updatedById }) => updatedById)}::uuid[],
      ${noted.map(({ asOf }) => asOf)}::timestamptz[]) as given (id, created_by, updated_by, as_of)
    on conflict (tenant_id, record_id) do update set import_id = excluded.import_id, created_by_id = excluded.created_by_id,
      updated_by_id = excluded.updated_by_id, as_of = excluded.as_of`);
}

export async function forgetAuthors(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await work.rows(sql`delete from imports.record_authors where tenant_id = ${work.tenantId} and record_id = any(${[...ids]}::uuid[])`);
}

export interface KeptAuthors {
  readonly import_id: string;
  readonly created_by_id: string | null;
  readonly updated_by_id: string | null;
  readonly as_of: Date;
}

export async function authorsOf(work: Work, recordId: string): Promise<KeptAuthors | null> {
  const [found] = await work.rows<KeptAuthors>(sql`select import_id, created_by_id, updated_by_id, as_of from imports.record_authors
    where tenant_id = ${work.tenantId} and record_id = ${recordId}`);
  return found ?? null;
}
