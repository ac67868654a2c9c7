import { systemActor } from '../access/actor.js';
import { conflict } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Registry } from '../resource/registry.js';
import type { Connection } from './connection.js';
import { indexedFields } from './own-fields.js';

/** A field of a tenant's own that points at rows of a resource. */
export interface Pointer {
  readonly from: Resource;
  readonly name: string;
  readonly fieldId: string;
  readonly onDelete: 'restrict' | 'cascade' | 'set_null';
}

const cache = new WeakMap<Registry, ReadonlyMap<string, readonly Pointer[]>>();

export function pointersAt(registry: Registry, resource: Resource): readonly Pointer[] {
  const known = cache.get(registry) ?? Map.groupBy(allPointers(registry), ({ from, name }) => from.fields[name]?.target ?? '');
  cache.set(registry, known);
  return known.get(resource.name) ?? [];
}

const allPointers = (registry: Registry): Pointer[] =>
  [...registry.resources.values()].flatMap((from) =>
    indexedFields(from).flatMap(({ name, index }) => {
      const field = from.fields[name];
      return field?.kind === 'ref' ? [{ from, name, fieldId: index.fieldId, onDelete: field.onDelete ?? 'restrict' }] : [];
    }),
  );

const most = 1_000;

/** Rows of the system's, which are written along with what is deleted. */
interface SystemRepo {
  find(id: string): Promise<object | null>;
  update(id: string, patch: Record<string, unknown>): Promise<unknown>;
  delete(id: string): Promise<void>;
}
interface Leaving {
  readonly resource: Resource;
  readonly connection: Connection;
  readonly ids: readonly string[];
  readonly repoOf: (resource: Resource, connection: Connection) => SystemRepo;
}

/** What foreign keys do for columns, for fields of a tenant's own: called with the rows locked, before they are deleted together. */
export async function releaseRows({ resource, connection, ids, repoOf }: Leaving): Promise<void> {
  const pointers = pointersAt(connection.registry, resource);
  if (pointers.length === 0) return;
  const { rows } = await connection.client.query<{ field_id: string; record_id: string }>(
    `select field_id, record_id from kernel.field_index_ref where tenant_id = $1 and value = any($2::uuid[]) and field_id = any($3::uuid[])
      and record_id <> all($2::uuid[]) limit ${most + 1}`,
    [connection.tenantId, ids, pointers.map(({ fieldId }) => fieldId)],
  );
  const found = rows.flatMap(({ field_id, record_id }) => {
    const pointer = pointers.find(({ fieldId }) => fieldId === field_id);
    return pointer ? [{ pointer, recordId: record_id }] : [];
  });
  if (found.length > most || found.some(({ pointer }) => pointer.onDelete === 'restrict'))
    throw conflict(
      `${resource.name}.in_use`,
      `This ${resource.name} is still referred to by other records. Remove or change those first.`,
      {
        by: [...new Set(found.map(({ pointer }) => `${pointer.from.name}.${pointer.name}`))],
      },
    );
  const system: Connection = { ...connection, actor: { ...systemActor(connection.actor.label), id: connection.actor.id }, ownNoun: null };
  for (const { pointer, recordId } of found) {
    const repo = repoOf(pointer.from, system);
    if (!(await repo.find(recordId))) continue;
    if (pointer.onDelete === 'cascade') await repo.delete(recordId);
    else await repo.update(recordId, { [pointer.name]: null });
  }
}
