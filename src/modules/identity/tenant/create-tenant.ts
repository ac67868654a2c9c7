import { sql } from '#kernel/db/sql.js';
import { conflict, invalid } from '#kernel/errors/domain-error.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import { mergedRoles } from '../default-roles.js';
import { hashPassword } from '../password/hash-password.js';
import { storePassword } from '../password/store-password.js';
import { RoleAssignment } from '../role/role-assignment.resource.js';
import { Role } from '../role/role.resource.js';
import type { Transact } from '../session/sign-in.js';
import { User } from '../user/user.resource.js';

export interface NewTenant {
  /** Short name of the company in addresses and at sign-in. */
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly admin: { readonly email: string; readonly name: string; readonly password: string };
  /** Whether it gets the usual settings of each module, such as a sales pipeline. Not for who brings his own. */
  readonly isFurnished?: boolean;
}
export interface CreatedTenant {
  readonly tenantId: string;
  readonly adminId: string;
  /** Ids of the default roles by key. */
  readonly roleIds: ReadonlyMap<string, string>;
}

/** Short enough and of such letters that it may stand in addresses. */
export const isSlug = (text: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);

/** A company with its default roles and its first administrator, in one transaction. */
export async function createTenant(transact: Transact, modules: readonly ModuleSpec[], tenant: NewTenant): Promise<CreatedTenant> {
  if (!isSlug(tenant.slug)) throw invalid('tenant.slug_unfit', 'A slug has 1 to 63 small letters, digits and hyphens.');
  const hash = await hashPassword(tenant.admin.password);
  const tenantId = newId(typeCode('tenant'));
  return transact(tenantId, async (work) => {
    const made = await work.rows(sql`insert into kernel.tenants (id, slug, name, currency, time_zone, locale)
      values (${tenantId}, ${tenant.slug}, ${tenant.name}, ${tenant.currency}, ${tenant.timeZone}, ${tenant.locale}) on conflict (slug) do nothing returning id`);
    if (made.length === 0) throw conflict('tenant.slug_taken', 'Another company has this slug.');
    const roleIds = new Map<string, string>();
    for (const { key, name, permissions } of mergedRoles(modules))
      roleIds.set(key, (await work.repo(Role).create({ key, name, permissions })).id);
    const { email, name } = tenant.admin;
    const admin = await work.repo(User).create({ email, name, locale: tenant.locale, timeZone: tenant.timeZone });
    await storePassword(work, admin.id, hash);
    const roleId = roleIds.get('admin');
    if (roleId) await work.repo(RoleAssignment).create({ userId: admin.id, roleId });
    if (tenant.isFurnished) for (const { furnish } of modules) await furnish?.(work, tenant);
    return { tenantId, adminId: admin.id, roleIds };
  });
}
