import { filterCondition, rowFilter, type RowFilter } from '../access/scope.js';
import { invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Connection } from './connection.js';
import { actorParams } from './find-rows.js';

/**
 * Foreign keys keep references inside the tenant; this keeps them inside what the actor may read. A row that is
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
    // Whatever verb is running: who names a row has to be able to read it.
    const filter = rowFilter(target, connection.actor, `${target.name}:read`);
    if (filter.kind === 'all') continue;
    const ids = [
      ...new Set(rows.map((row) => row[name]).filter((id): id is string => typeof id === 'string' && id !== connection.actor.userId)),
    ];
    if (ids.length === 0) continue;
    const seen = await countWithin(target, connection, filter, ids);
    if (seen < ids.length) {
      throw invalid('input.reference_not_found', 'The record named by a reference does not exist, or you may not see it.', {
        errors: [{ path: `/${name}`, code: 'not_found', message: 'names no record you may see' }],
      });
    }
  }
}

/** How many of the rows the filter lets in. */
async function countWithin(target: Resource, connection: Connection, filter: RowFilter, ids: readonly string[]): Promise<number> {
  if (filter.kind === 'none') return 0;
  const params = actorParams(connection, [connection.tenantId, ids]);
  const reached = filterCondition(filter, 't', '$1', params.bind) ?? 'true';
  const { rows } = await connection.client.query<{ count: number }>(
    `select count(*)::integer as count from ${target.table} t where t.tenant_id = $1 and t.id = any($2::uuid[]) and ${reached}`,
    params.values,
  );
  return rows[0]?.count ?? 0;
}
