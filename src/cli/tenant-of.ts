import type { Runtime } from '#kernel/db/runtime.js';

/** The id of the company with this short name. */
export async function tenantOf(runtime: Runtime, slug: string): Promise<string | null> {
  const { rows } = await runtime.database.pool.query<{ id: string | null }>('select imports.tenant_of_slug($1) as id', [slug]);
  return rows[0]?.id ?? null;
}
