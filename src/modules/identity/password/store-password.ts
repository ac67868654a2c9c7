import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

export async function storePassword(work: Work, userId: string, hash: string): Promise<void> {
  await work.rows(sql`insert into identity.passwords (tenant_id, user_id, hash, changed_at) values (${work.tenantId}, ${userId}, ${hash}, ${work.now})
    on conflict (tenant_id, user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`);
}

/** The stored hash of an active user, or null when he has no password. */
export async function passwordOf(work: Work, userId: string): Promise<string | null> {
  const [row] = await work.rows<{ hash: string }>(sql`select p.hash from identity.passwords p
    join identity.users u on u.tenant_id = p.tenant_id and u.id = p.user_id
    where p.tenant_id = ${work.tenantId} and p.user_id = ${userId} and u.active`);
  return row?.hash ?? null;
}
