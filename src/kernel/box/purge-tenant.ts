import type { Exec } from '../outbox/exec.js';
import { quoted } from './box-tables.js';

const batch = 10_000;

/**
 * Deletes all a tenant has, in small transactions and so that it can be called again after a break. `exec` is a connection of the owner of
 * the tables, who alone may delete what the audit says; `tables` stand in the order in which they can be filled. Answers how many rows went.
 */
export async function purgeTenant(exec: Exec, tenantId: string, tables: readonly string[]): Promise<number> {
  await exec(`select set_config('app.tenant_id', $1, false)`, [tenantId]);
  let gone = 0;
  const held: string[] = [];
  for (const table of tables.toReversed()) {
    try {
      gone += await emptied(exec, table, tenantId);
    } catch (error) {
      if (!isStillNamed(error)) throw error;
      held.push(table);
    }
  }
  await atOnce(exec, held, tenantId);
  await exec('delete from kernel.tenants where id = $1', [tenantId]);
  return gone;
}

async function emptied(exec: Exec, table: string, tenantId: string): Promise<number> {
  const some = `delete from ${quoted(table)} where tenant_id = $1 and (tableoid, ctid) in
    (select tableoid, ctid from ${quoted(table)} where tenant_id = $1 limit ${batch})`;
  for (let gone = 0; ;) {
    const { rowCount } = await exec(some, [tenantId]);
    gone += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return gone;
  }
}

/** Rows of other tables, or others of its own, name it: they go in one statement, at whose end references are looked at. */
async function atOnce(exec: Exec, tables: readonly string[], tenantId: string): Promise<void> {
  if (tables.length === 0) return;
  const parts = tables.map((table, i) => `t${i} as (delete from ${quoted(table)} where tenant_id = $1)`);
  await exec(`with ${parts.join(', ')} select 1`, [tenantId]);
}

const isStillNamed = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23503';
