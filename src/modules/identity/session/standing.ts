import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor, FieldRights, Permissions } from '#kernel/access/actor.js';
import { intersection, shapeText } from '#kernel/access/permissions.js';
import { sql, type Sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { readApiKey } from '../api-key/api-key-text.js';
import { strictest, type RoleRights } from '../role/field-rules.js';
import { together } from '../role/rights-of.js';
import { hashOf } from './refresh-token.js';

/** Who a session or key acts as now, and when that ends by itself. */
export interface ActorStanding {
  readonly actor: Actor;
  readonly until: Date | null;
}

interface UserFacts {
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly RoleRights[];
  readonly teamUserIds: readonly string[] | null;
}
type SessionFacts = UserFacts & { readonly until: Date };
type KeyFacts = UserFacts & {
  readonly until: Date | null;
  readonly keyName: string;
  readonly keyPermissions: Permissions;
  readonly keyFieldRules: FieldRights;
  readonly hash: string;
};

/** Null when the session has ended, its user is inactive or its tenant closed. */
export async function sessionStanding(
  work: Work,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<ActorStanding | null> {
  const [facts] = await work.rows<SessionFacts>(sql`select s.expires_at as until, ${userFacts}
    from identity.sessions s join identity.users u on u.tenant_id = s.tenant_id and u.id = s.user_id and u.active ${rolesOfUser}
    join kernel.tenants t on t.id = s.tenant_id and t.state = 'active'
    where s.tenant_id = ${work.tenantId} and s.id = ${sessionId} and s.user_id = ${userId} and s.revoked_at is null and s.expires_at > ${work.now}`);
  if (!facts) return null;
  return { actor: actorOf(facts, { kind: 'user', id: facts.userId, label: facts.userName }, together(facts.roles)), until: facts.until };
}

/** Null when the key is unknown, ended or its secret is wrong. A key never has more rights than its user has now. */
export async function keyStanding(work: Work, text: string): Promise<ActorStanding | null> {
  const key = readApiKey(text);
  if (!key) return null;
  const [facts] =
    await work.rows<KeyFacts>(sql`select k.expires_at as until, k.name as "keyName", k.permissions as "keyPermissions", k.field_rules as "keyFieldRules", k.hash, ${userFacts}
    from identity.api_keys k join identity.users u on u.tenant_id = k.tenant_id and u.id = k.user_id and u.active ${rolesOfUser}
    join kernel.tenants t on t.id = k.tenant_id and t.state = 'active'
    where k.tenant_id = ${work.tenantId} and k.id = ${key.id} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${work.now})`);
  if (!facts || !timingSafeEqual(Buffer.from(facts.hash, 'hex'), Buffer.from(hashOf(key.secret), 'hex'))) return null;
  await work.rows(sql`update identity.api_keys set last_used_at = ${work.now} where tenant_id = ${work.tenantId} and id = ${key.id}
    and (last_used_at is null or last_used_at < ${new Date(work.now.getTime() - 300_000)})`);
  const ofUser = together(facts.roles);
  const rights = {
    permissions: intersection(ofUser.permissions, facts.keyPermissions),
    fieldRules: strictest(ofUser.fieldRules, facts.keyFieldRules),
  };
  return { actor: actorOf(facts, { kind: 'api_key', id: key.id, label: facts.keyName }, rights), until: facts.until };
}

/** The tenant an API key is of: the one look-up that comes before the wall. */
export async function tenantOfKey(work: Work, text: string): Promise<string | null> {
  const key = readApiKey(text);
  if (!key) return null;
  const [row] = await work.rows<{ tenantId: string | null }>(sql`select identity.api_key_tenant(${key.id}) as "tenantId"`);
  return row?.tenantId ?? null;
}

const rolesOfUser: Sql = sql`cross join lateral (
    select coalesce(json_agg(json_build_object('permissions', o.permissions, 'denies', o.denies, 'fieldRules', o.field_rules)), '[]') as roles, coalesce(bool_or(exists (select from jsonb_each_text(o.permissions) where value = 'team')), false) as by_team
    from identity.role_assignments a join identity.roles o on o.tenant_id = a.tenant_id and o.id = a.role_id
    where a.tenant_id = u.tenant_id and a.user_id = u.id) r`;

/** Team mates are read only for who has a right that reaches as far as the team. */
const userFacts: Sql = sql`u.id as "userId", u.name as "userName", r.roles, case when r.by_team then (
    with recursive below (id) as (
      select u.team_id where u.team_id is not null
      union select c.id from identity.teams c join below b on c.tenant_id = u.tenant_id and c.parent_id = b.id)
    select array_agg(m.id) from identity.users m join below b on m.team_id = b.id where m.tenant_id = u.tenant_id) end as "teamUserIds"`;

function actorOf(
  facts: UserFacts,
  who: Pick<Actor, 'kind' | 'id' | 'label'>,
  { permissions, fieldRules }: Pick<RoleRights, 'permissions' | 'fieldRules'>,
): Actor {
  const teamUserIds = facts.teamUserIds ?? [];
  return {
    ...who,
    userId: facts.userId,
    permissions,
    fieldRights: fieldRules,
    teamUserIds: teamUserIds.includes(facts.userId) ? teamUserIds : [facts.userId, ...teamUserIds],
    shape: createHash('sha256')
      .update(`${shapeText(permissions)} ${shapeText(fieldRules)}`)
      .digest('base64url')
      .slice(0, 22),
  };
}
