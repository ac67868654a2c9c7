import type { FieldRights, Permissions } from '#kernel/access/actor.js';
import { beyond, union, without } from '#kernel/access/permissions.js';
import { readReach } from '#kernel/access/reach.js';
import { sql } from '#kernel/db/sql.js';
import { conflict, forbidden, invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { mildest, milderThan, type RoleRights } from './field-rules.js';

/** What several roles come to: all they give, less what any of them denies, with the mildest of their field rules. */
export function together(roles: readonly RoleRights[]): { readonly permissions: Permissions; readonly fieldRules: FieldRights } {
  const denies = roles.flatMap((role) => role.denies);
  return { permissions: without(union(roles.map((role) => role.permissions)), denies), fieldRules: mildest(roles) };
}

/** What all roles of a user allow together. */
export async function rightsOf(work: Work, userId: string): Promise<RoleRights> {
  const roles =
    await work.rows<RoleRights>(sql`select r.permissions, r.denies, r.field_rules as "fieldRules" from identity.role_assignments a
    join identity.roles r on r.tenant_id = a.tenant_id and r.id = a.role_id
    where a.tenant_id = ${work.tenantId} and (a.valid_until is null or a.valid_until > ${work.now})
      and (a.user_id = ${userId} or a.team_id = (select u.team_id from identity.users u where u.tenant_id = a.tenant_id and u.id = ${userId}))`);
  return { ...together(roles), denies: [] };
}

/** Joining or leaving a team gives or takes its roles: only who could give them himself decides about it. */
export async function mustCoverTeam(work: Work, teamId: string | null | undefined): Promise<void> {
  if (!teamId) return;
  const roles =
    await work.rows<RoleRights>(sql`select r.permissions, r.denies, r.field_rules as "fieldRules" from identity.role_assignments a
    join identity.roles r on r.tenant_id = a.tenant_id and r.id = a.role_id
    where a.tenant_id = ${work.tenantId} and a.team_id = ${teamId} and (a.valid_until is null or a.valid_until > ${work.now})`);
  for (const role of roles) {
    mustCover(work, role);
    mustHold(work, role.denies);
  }
}

/** Nobody gives, takes or touches rights that reach further, or show more fields, than his own. */
export function mustCover(work: Work, rights: Pick<RoleRights, 'permissions' | 'fieldRules'>): void {
  const { permissions, dormant, fieldRights } = work.actor;
  const missing = [
    ...beyond(dormant ? union([permissions, dormant]) : permissions, rights.permissions),
    ...milderThan(fieldRights, rights),
  ];
  if (missing.length > 0) {
    throw forbidden('access.escalation', `This would deal with rights you do not have yourself: ${missing.slice(0, 5).join(', ')}.`, {
      missing,
    });
  }
}

/** Who lays a denial on others or lifts it takes or gives the rights it is about: he must have them all. */
export function mustHold(work: Work, denies: readonly string[]): void {
  mustCover(work, { permissions: Object.fromEntries(denies.map((entry) => [entry, 'all'])), fieldRules: work.actor.fieldRights });
}

/** Reads rights a client has written: each entry must mean something here, each reach must be one of ours. */
export function readPermissions(work: Work, value: unknown): Permissions {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unfit('/permissions', 'must be an object of right and reach');
  for (const [entry, reach] of Object.entries(value)) {
    if (!work.knowsPermission(entry)) throw unfit(`/permissions/${pointer(entry)}`, `There is no right "${entry.slice(0, 80)}".`);
    if (readReach(reach) === null)
      throw unfit(`/permissions/${pointer(entry)}`, 'The reach is own, team, subtree, territory, a sum such as team+territory, or all.');
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([entry, written]) => {
      const reach = readReach(written);
      return reach ? [[entry, reach] as const] : [];
    }),
  );
}

/** Reads denials a client has written. */
export function readDenies(work: Work, value: readonly string[]): string[] {
  const unknown = value.find((entry) => !work.knowsPermission(entry));
  if (unknown !== undefined) throw unfit('/denies', `There is no right "${unknown.slice(0, 80)}".`);
  return [...new Set(value)].sort();
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
  // One by way of a team, for a time, or whom another role denies something, does not count.
  const rows = await work.rows(sql`select from identity.roles r
    join identity.role_assignments a on a.tenant_id = r.tenant_id and a.role_id = r.id
      and (a.valid_from is null or a.valid_from <= ${work.now}) and a.valid_until is null
    join identity.users u on u.tenant_id = a.tenant_id and u.id = a.user_id and u.active
    where r.tenant_id = ${work.tenantId} and r.permissions ->> '*' = 'all' and not exists (
      select from identity.role_assignments b join identity.roles d on d.tenant_id = b.tenant_id and d.id = b.role_id
      where b.tenant_id = u.tenant_id and (b.user_id = u.id or b.team_id = u.team_id) and d.denies <> '[]') limit 1`);
  return rows.length > 0;
}

const unfit = (path: string, message: string) =>
  invalid('role.permissions_unfit', 'The rights cannot be understood.', { errors: [{ path, code: 'unfit', message }] });
const pointer = (entry: string) => entry.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1');
