import type { Permissions } from '#kernel/access/actor.js';
import { sql } from '#kernel/db/sql.js';
import { conflict, forbidden, invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { beyond, isReach, union } from './permissions.js';

/** What all roles of a user allow together. */
export async function rightsOf(work: Work, userId: string): Promise<Permissions> {
  const rows = await work.rows<{ permissions: Permissions }>(sql`select r.permissions from identity.role_assignments a
    join identity.roles r on r.tenant_id = a.tenant_id and r.id = a.role_id
    where a.tenant_id = ${work.tenantId} and a.user_id = ${userId}`);
  return union(rows.map((row) => row.permissions));
}

/** Nobody gives, takes or touches rights that reach further than his own. */
export function mustCover(work: Work, permissions: Permissions): void {
  const missing = beyond(work.actor.permissions, permissions);
  if (missing.length > 0) {
    throw forbidden('access.escalation', `This would deal with rights you do not have yourself: ${missing.slice(0, 5).join(', ')}.`, {
      missing,
    });
  }
}

/** Reads rights a client has written: each entry must mean something here, each reach must be one of ours. */
export function readPermissions(work: Work, value: unknown): Permissions {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unfit('/permissions', 'must be an object of right and reach');
  for (const [entry, reach] of Object.entries(value)) {
    if (!work.knowsPermission(entry)) throw unfit(`/permissions/${pointer(entry)}`, `There is no right "${entry.slice(0, 80)}".`);
    if (!isReach(reach)) throw unfit(`/permissions/${pointer(entry)}`, 'The reach is own, team or all.');
  }
  return Object.fromEntries(Object.entries(value).filter((pair): pair is [string, Permissions[string]] => isReach(pair[1])));
}

/** Call before taking rights away; the function it returns refuses afterwards if that has shut out the last active user with all rights. */
export async function keepingAnAdmin(work: Work): Promise<() => Promise<void>> {
  // Two admins who remove each other at the same time must not both succeed.
  await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`identity.admins ${work.tenantId}`}, 0))`);
  const hadOne = await hasAdmin(work);
  return async () => {
    if (hadOne && !(await hasAdmin(work)))
      throw conflict('user.last_admin', 'Somebody with all rights must remain. Give them to another active user first.');
  };
}

async function hasAdmin(work: Work): Promise<boolean> {
  const rows = await work.rows(sql`select from identity.roles r
    join identity.role_assignments a on a.tenant_id = r.tenant_id and a.role_id = r.id
    join identity.users u on u.tenant_id = a.tenant_id and u.id = a.user_id and u.active
    where r.tenant_id = ${work.tenantId} and r.permissions ->> '*' = 'all' limit 1`);
  return rows.length > 0;
}

const unfit = (path: string, message: string) =>
  invalid('role.permissions_unfit', 'The rights cannot be understood.', { errors: [{ path, code: 'unfit', message }] });
const pointer = (entry: string) => entry.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1');
