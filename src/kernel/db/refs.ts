import { filterCondition, rowFilter, type RowFilter } from '../access/scope.js';
import { invalid } from '../errors/domain-error.js';
import { customFields, kindCondition } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Registry } from '../resource/registry.js';
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
  await holdTargets(resource, connection, rows);
  if (connection.actor.kind === 'system') return;
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.kind !== 'ref' || field.options.writer === 'system') continue;
    const target = definitionOf(connection.registry, field.target ?? '');
    // Whatever verb is running: who names a row has to be able to read it.
    const filter = rowFilter(target, connection.actor, `${target.name}:read`);
    if (filter.kind === 'all') continue;
    const ids = [
      ...new Set(rows.map((row) => row[name]).filter((id): id is string => typeof id === 'string' && id !== connection.actor.userId)),
    ];
    if (ids.length === 0) continue;
    const seen = await idsWithin(target, connection, filter, ids);
    if (ids.some((id) => !seen.has(id.toLowerCase()))) throw referenceNotFound(`/${name}`);
  }
}

/**
 * No foreign key holds what a field of a tenant's own points at: the target has to be there, and stays until this transaction ends. Who
 * deletes it waits, and then finds the reference in the index.
 */
async function holdTargets(resource: Resource, connection: Connection, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  for (const [name, { kind, stored, target: noun = '' }] of customFields(resource)) {
    if (kind !== 'ref' || !stored) continue;
    const ids = [...new Set(rows.map((row) => row[name]).filter((id) => typeof id === 'string'))];
    if (ids.length === 0) continue;
    const target = definitionOf(connection.registry, noun);
    const { rows: found } = await connection.client.query(
      `select t.id from ${target.table} t where t.tenant_id = $1 and t.id = any($2::uuid[])${kindCondition(target, 't')} for key share`,
      [connection.tenantId, ids],
    );
    if (found.length < ids.length) throw referenceNotFound(`/${name}`);
  }
}

/** Of a module that is off too: a row keeps what it refers to. */
const definitionOf = (registry: Registry, name: string) => registry.resources.get(name) ?? registry.whole.resource(name);

export const referenceNotFound = (path: string) =>
  invalid('input.reference_not_found', 'The record named by a reference does not exist, or you may not see it.', {
    errors: [{ path, code: 'not_found', message: 'names no record you may see' }],
  });

/** Those of the rows that the filter lets in. */
export async function idsWithin(
  target: Resource,
  connection: Connection,
  filter: RowFilter,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (filter.kind === 'none') return new Set();
  const params = actorParams(connection, [connection.tenantId, ids]);
  const reached = filterCondition(filter, 't', '$1', params.bind) ?? 'true';
  const { rows } = await connection.client.query<{ id: string }>(
    `select t.id from ${target.table} t where t.tenant_id = $1 and t.id = any($2::uuid[])${kindCondition(target, 't')} and ${reached}`,
    params.values,
  );
  return new Set(rows.map(({ id }) => id));
}
