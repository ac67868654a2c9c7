import type { OpenWork } from '../db/open-work.js';
import { judgedBy } from '../db/twins.js';
import { lockRefs, recordsOfRefs, type ExternalRef } from '../external-refs/external-ref.js';
import type { Resource } from '../resource/define-resource.js';
import type { ReadItem } from './bulk-item.js';

/**
 * Calls that write the same records in different orders would each hold what the other needs. So who writes many takes hold of all of
 * them first, in an order that is the same for everybody; whoever comes second waits, and nothing has to be begun again.
 */
export async function takeTurns(work: OpenWork, resource: Resource, items: readonly ReadItem[]): Promise<void> {
  if (items.length < 2) return;
  const refs = items.flatMap(refOf);
  if (refs.length > 0) await lockRefs(work, resource, refs);
  const named = refs.length > 0 ? await recordsOfRefs(work, resource, refs) : [];
  const ids = [...new Set([...items.flatMap(idOf), ...named])];
  if (ids.length === 0) return;
  const { name } = resource;
  await judgedBy(work, { noun: name, permission: `${name}:read` })
    .repo(resource)
    .list({ id: ids }, { orderBy: ['id'], lock: 'wait' });
}

function refOf(item: ReadItem): ExternalRef[] {
  if (item.verb === 'create') return [];
  const ref = item.verb === 'upsert' ? item.input : item.target.ref;
  return ref === null ? [] : [ref];
}

const idOf = (item: ReadItem): string[] =>
  item.verb === 'create' || item.verb === 'upsert' || item.target.id === null ? [] : [item.target.id.toLowerCase()];
