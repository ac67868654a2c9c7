import { invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Connection } from './connection.js';
import { visible } from './find-rows.js';

/**
 * Foreign keys keep references inside the tenant; this keeps them inside what the actor may see. A row that is
 * missing and one that is out of reach get the same answer. Costs a query only where the actor's reach is narrow.
 */
export async function checkRefs(
  resource: Resource,
  connection: Connection,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  if (connection.actor.kind === 'system') return;
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.kind !== 'ref' || field.options.writer === 'system') continue;
    const target = connection.registry.resource(field.target ?? '');
    const filter = visible(target, connection);
    if (filter.kind === 'all') continue;
    const ids = [
      ...new Set(rows.map((row) => row[name]).filter((id): id is string => typeof id === 'string' && id !== connection.actor.userId)),
    ];
    if (ids.length === 0) continue;
    const seen = filter.kind === 'none' ? 0 : await countVisible(target, connection, filter, ids);
    if (seen < ids.length) {
      throw invalid('input.reference_not_found', 'The record named by a reference does not exist, or you may not see it.', {
        errors: [{ path: `/${name}`, code: 'not_found', message: 'names no record you may see' }],
      });
    }
  }
}

async function countVisible(
  target: Resource,
  connection: Connection,
  filter: { column: string; users: readonly string[] },
  ids: readonly string[],
): Promise<number> {
  const { rows } = await connection.client.query<{ count: number }>(
    `select count(*)::integer as count from ${target.table} where tenant_id = $1 and id = any($2) and ${filter.column} = any($3)`,
    [connection.tenantId, ids, filter.users],
  );
  return rows[0]?.count ?? 0;
}
