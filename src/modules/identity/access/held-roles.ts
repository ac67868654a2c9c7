import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { RoleRights } from '../role/field-rules.js';

/** A role somebody has now, and how he came by it. */
export interface HeldRole extends RoleRights {
  readonly roleId: string;
  readonly key: string;
  readonly assignmentId: string | null;
  readonly through: 'user' | 'team' | 'draft';
}

export const heldRoles = (work: Work, userId: string): Promise<HeldRole[]> =>
  work.rows<HeldRole>(sql`select r.id as "roleId", r.key, a.id as "assignmentId", case when a.user_id is null then 'team' else 'user' end as through,
      r.permissions, r.denies, r.field_rules as "fieldRules"
    from identity.role_assignments a join identity.roles r on r.tenant_id = a.tenant_id and r.id = a.role_id
    join identity.users u on u.tenant_id = a.tenant_id and u.id = ${userId}
    where a.tenant_id = ${work.tenantId} and (a.user_id = u.id or a.team_id = u.team_id)
      and (a.valid_from is null or a.valid_from <= ${work.now}) and (a.valid_until is null or a.valid_until > ${work.now})
    order by r.key, a.id`);
