import pg from 'pg';
import { systemActor, type FieldRights, type Permissions } from '#kernel/access/actor.js';
import type { OpenWork } from '#kernel/db/open-work.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { furniture } from './exceptions.js';
import type { Machine } from './machine.js';
import { distinct, pairing, rowsOf, type Source } from './samples.js';

let rooms = 0;
let serial = 0;

/** A row of every resource in one tenant, owned by one user, each text of which bears the room's mark. */
export interface Room {
  readonly tenantId: string;
  readonly mark: string;
  readonly ownerId: string;
  /** Id of the row of each resource. */
  readonly rows: ReadonlyMap<string, string>;
  source(owner: string): Source;
  /** One more row of a resource, with these values laid over; nothing refers to it. */
  spare(resource: Resource, change?: Readonly<Record<string, unknown>>): Promise<string>;
  work<T>(run: (work: OpenWork) => Promise<T>): Promise<T>;
}

/** A tenant of its own with a room in it. */
export async function openCompany(machine: Machine): Promise<Room> {
  const tenant = await machine.kit.tenant();
  await machine.kit.asOwner(`update kernel.tenants set languages = '{fr}' where id = $1`, [tenant.id], tenant.id);
  return openRoom(machine, tenant.id, null);
}

/** A room in a tenant, owned by `ownerId`; by a new user when null. */
export async function openRoom(machine: Machine, tenantId: string, ownerId: string | null): Promise<Room> {
  const { kit, registry } = machine;
  const mark = `kq${++rooms}z${tenantId.slice(-4)}`;
  const rows = new Map<string, string>(ownerId === null ? [] : [['user', ownerId]]);
  const work: Room['work'] = (run) => kit.runtime.withWork({ tenantId, actor: systemActor('matrix'), cause: { command: 'matrix' } }, run);
  const source = (owner: string): Source => ({ mark, owner, next: () => ++serial, ref: (target) => rows.get(target) ?? null });
  const served = (name: string) => kit.runtime.registry.resource(name);
  const spare: Room['spare'] = async (resource, change = {}) => {
    const pair = rows.has(resource.name) ? pairing(resource) : null;
    const fresh = pair && !(pair[0] in change) ? { [pair[0]]: await spare(served(pair[1])) } : {};
    const from = source(resource.name);
    for (const row of rowsOf(resource, from, { ...distinct(resource, from), ...fresh, ...change })) {
      const id = await work(async (w) => (await w.repo(resource).create(row)).id).catch(unfit);
      if (id !== null) return id;
    }
    throw new Error(`No sample of ${resource.name} meets the checks of its table.`);
  };
  const underWay = new Set<string>();
  // What a row refers to comes before it; a circle of optional references is left open.
  const add = async (name: string): Promise<void> => {
    if (rows.has(name) || underWay.has(name)) return;
    underWay.add(name);
    for (const { kind, target = '' } of Object.values(registry.resource(name).fields)) if (kind === 'ref') await add(target);
    rows.set(name, await spare(served(name)));
  };
  for (const name of registry.resources.keys()) await add(name);
  for (const [name, resource, change] of furniture)
    if (registry.resources.has(resource)) rows.set(name, await spare(served(resource), change));
  return { tenantId, mark, ownerId: rows.get('user') ?? '', rows, source, spare, work };
}

/** A check of the table that no invariant tells of: another sample may meet it. */
function unfit(error: unknown): null {
  if (error instanceof pg.DatabaseError && error.code === '23514') return null;
  throw error;
}

/** A role and who has it, made past the API: a test needs hundreds. */
export async function grant(work: OpenWork, userId: string, permissions: Permissions, fieldRules: FieldRights = {}): Promise<void> {
  const key = uniqueName('r');
  const role = await work
    .repo(work.resource('role'))
    .create({ key, name: key, permissions, ...(Object.keys(fieldRules).length > 0 ? { fieldRules } : {}) });
  await work.repo(work.resource('role_assignment')).create({ userId, roleId: role.id });
}

export const uniqueName = (word: string) => `${word}${++serial}`;
