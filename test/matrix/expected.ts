import { reachOf } from '#kernel/access/actor.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Room } from './company.js';
import { references, type Deed } from './deeds.js';
import { takesReading } from './exceptions.js';
import type { Person } from './people.js';
import type { Operation } from './surfaces.js';

/** What must come back. `open`: it may be done, and shows and touches nothing that is not the asker's to see. */
export type Expected =
  { readonly outcome: 'open' } | { readonly outcome: 'refused'; readonly status: readonly number[]; readonly code: RegExp };

const open: Expected = { outcome: 'open' };
const refused = (status: readonly number[], code: RegExp): Expected => ({ outcome: 'refused', status, code });
const missing = refused([404], /(\.not_found|\.no_such_record)$/);
/** Where several rows are named, whichever is looked for first is missing. */
const missingSomething = refused([400, 404], /(\.not_found|\.no_such_record|^input\.reference_not_found)$/);

/** What must come back when `person` does `operation` to the rows of somebody else's room, by the definitions alone. */
export function expectedOf({ access, deed }: Operation, person: Person, room: Room, registry: Registry): Expected {
  if (access === 'public') return open;
  if (person.tenantId === null) return refused([401], /^auth\./);
  if (access === 'member') return expectedOfMember(deed, person, room);
  // A route the definitions do not know may do nothing for who has no rights at all.
  if (!deed) return Object.keys(person.permissions).length === 0 ? refused([403, 404, 400, 405], /./) : open;
  if (reachOf(person.permissions, deed.permission) === null) return refused([403], /^access\.forbidden$/);
  return expectedOfRows(deed, person, room, registry);
}

function expectedOfRows(deed: Deed, person: Person, room: Room, registry: Registry): Expected {
  if (deed.target !== null) {
    const isAtHome = deed.makesWhenMissing === true && person.tenantId !== room.tenantId;
    if (isAtHome || seesRows(person, deed.resource, deed.permission, room)) return open;
    return references(deed).length > 0 ? missingSomething : missing;
  }
  const unseen = requiredReferences(deed).some((target) => !seesRows(person, registry.resource(target), `${target}:read`, room));
  return unseen ? refused([400, 404], /not_found$/) : open;
}

/** A verb for everybody that writes to a record takes the right to write to the record. */
function expectedOfMember(deed: Deed | null, person: Person, room: Room): Expected {
  if (!deed || deed.target === null || deed.kind !== 'command') return open;
  return seesRows(person, deed.resource, `${deed.resource?.name}:${Object.hasOwn(takesReading, deed.name) ? 'read' : 'update'}`, room)
    ? open
    : refused([403, 404], /(^access\.forbidden|_found|\.no_such_record)$/);
}

const requiredReferences = ({ input }: Deed) =>
  Object.values(input).flatMap(({ kind, target, options }) => (kind === 'ref' && options.required === true && target ? [target] : []));

/** Whether the rows of a room, all of which belong to somebody else, lie within a right of `person`. */
export function seesRows(person: Person, resource: Resource | null, permission: string, room: Room): boolean {
  if (person.tenantId !== room.tenantId) return false;
  const reach = reachOf(person.permissions, permission);
  return reach === 'all' || (reach !== null && resource?.scope.kind !== 'owned');
}

/** Resources whose rows in the room `person` may read. */
export const readable = (person: Person, room: Room, registry: Registry): ReadonlySet<string> =>
  new Set([...registry.resources.values()].filter((r) => seesRows(person, r, `${r.name}:read`, room)).map((r) => r.name));
