import { permissionMissing } from '../access/errors.js';
import { rowFilter, withinReach } from '../access/scope.js';
import { forbidden } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Work } from './work.js';
import { words } from '../resource/names.js';

type PlainRow = Readonly<Record<string, unknown>>;

/** A new row belongs to its maker unless it says otherwise, and to nobody beyond the maker's reach. */
export function ownedRow(resource: Resource, input: Record<string, unknown>, work: Work): Record<string, unknown> {
  const { scope } = resource;
  const filter = rowFilter(resource, work.actor, `${resource.name}:create`);
  if (scope.kind !== 'owned') {
    if (scope.strict && filter.kind === 'none') throw permissionMissing(`${resource.name}:create`);
    return input;
  }
  const row = input[scope.by] === null || input[scope.by] === undefined ? { ...input, [scope.by]: work.actor.userId } : input;
  if (filter.kind === 'some' && !withinReach(filter, resource, work.actor, row)) throw outOfOwnHands(resource, scope.by);
  return row;
}

/** Nobody hands a row to somebody whose rows his right to update does not reach, nor one that is only shared with him to anybody. */
export async function keepPatchInReach(resource: Resource, id: string, patch: PlainRow, work: Work): Promise<void> {
  const { scope } = resource;
  if (scope.kind !== 'owned') return;
  const deciding = [scope.by, ...(scope.territory ? [scope.territory] : [])].filter((name) => patch[name] !== undefined);
  const filter = rowFilter(resource, work.actor, `${resource.name}:update`);
  if (deciding.length === 0 || filter.kind !== 'some') return;
  const before: PlainRow = await work.repo(resource).lock(id);
  const changed = deciding.find((name) => patch[name] !== before[name]);
  if (changed === undefined) return;
  const reached = [before, { ...before, ...patch }].every((row) => withinReach(filter, resource, work.actor, row));
  if (!reached) throw outOfOwnHands(resource, changed);
}

/** A row just written as its writer may see it: no more than id and version when he may not read it. */
export async function seenBy<R extends { readonly id: string; readonly version: number }>(
  resource: Resource,
  row: R,
  work: Work,
): Promise<R | Pick<R, 'id' | 'version'>> {
  const filter = rowFilter(resource, work.actor, `${resource.name}:read`);
  if (withinReach(filter, resource, work.actor, row)) return row;
  if (filter.kind === 'some' && (await work.covering(resource, row.id, ['read'])).length > 0) return row;
  return { id: row.id, version: row.version };
}

const outOfOwnHands = (resource: Resource, field: string) =>
  forbidden('access.owner_out_of_reach', `With your rights a ${words(resource)} can belong only to you or those in your reach.`, { field });
