import { reachOf, type Permissions } from '#kernel/access/actor.js';
import { sql, type Sql } from '#kernel/db/sql.js';
import { forbidden } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import type { RoleRights } from '../role/field-rules.js';
import { together } from '../role/rights-of.js';
import { SeparationRule } from './separation-rule.resource.js';

export const separationErrors = { 'access.sod_violation': 'Somebody would hold two rights that a rule keeps apart.' };

/** Whose rights a change may have touched: a user's, those of a team's users, of all who have a role, or everybody's. */
export type Touched = { readonly userId: string } | { readonly teamId: string } | { readonly roleId: string } | 'everybody';
type Rule = Pick<SeparationRule, 'name' | 'rights'>;
interface Holding {
  readonly userId: string;
  readonly roles: readonly RoleRights[];
}
export interface Violation {
  readonly userId: string;
  readonly rule: string;
  readonly rights: readonly string[];
}

/** Refuses, after a change of roles, what a rule keeps apart. Roles that begin later count already: they will meet. */
export async function keepSeparate(work: Work, touched: Touched): Promise<void> {
  const [first] = await violations(work, await work.system.repo(SeparationRule).list({}, { limit: 1000 }), touched);
  if (!first) return;
  throw forbidden('access.sod_violation', `The rule "${first.rule}" lets nobody hold ${first.rights.join(' and ')} together.`, {
    ...first,
  });
}

export async function violations(work: Work, rules: readonly Rule[], touched: Touched): Promise<Violation[]> {
  if (rules.length === 0) return [];
  const holders = await work.rows<Holding>(sql`select u.id as "userId",
      json_agg(json_build_object('permissions', r.permissions, 'denies', r.denies, 'fieldRules', r.field_rules)) as roles
    from identity.users u
    join identity.role_assignments a on a.tenant_id = u.tenant_id and (a.user_id = u.id or a.team_id = u.team_id)
      and (a.valid_until is null or a.valid_until > ${work.now})
    join identity.roles r on r.tenant_id = a.tenant_id and r.id = a.role_id
    where u.tenant_id = ${work.tenantId} and u.active and ${whose(touched)} group by u.id`);
  return holders.flatMap(({ userId, roles }) => {
    const { permissions } = together(roles);
    return rules.flatMap(({ name, rights }) => {
      const held = rights.filter((right) => isHeld(permissions, right));
      return held.length > 1 ? [{ userId, rule: name, rights: held }] : [];
    });
  });
}

/** Who has everything by `*` can change the rules as well: they bind him only where a right is denied or given apart. */
function isHeld(permissions: Permissions, right: string): boolean {
  const named = Object.fromEntries(Object.entries(permissions).filter(([entry]) => entry !== '*'));
  return reachOf(named, right) !== null;
}

function whose(touched: Touched): Sql {
  if (touched === 'everybody') return sql`true`;
  if ('userId' in touched) return sql`u.id = ${touched.userId}`;
  if ('teamId' in touched) return sql`u.team_id = ${touched.teamId}`;
  return sql`exists (select from identity.role_assignments o where o.tenant_id = u.tenant_id and o.role_id = ${touched.roleId}
    and (o.user_id = u.id or o.team_id = u.team_id))`;
}
