import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor, FieldRights, Permissions, Reached } from '#kernel/access/actor.js';
import { intersection, shapeText, without } from '#kernel/access/permissions.js';
import { reachShape } from '#kernel/access/scope.js';
import { sql } from '#kernel/db/sql.js';
import { readingOf } from '#kernel/text/reading.js';
import type { Work } from '#kernel/usecase/work.js';
import { readApiKey } from '../api-key/api-key-text.js';
import { strictest, type RoleRights } from '../role/field-rules.js';
import { together } from '../role/rights-of.js';
import { anyReach, reachedOf, rolesOfUser, userFacts, type UserFacts, type Who } from './reach-facts.js';
import { hashOf } from './refresh-token.js';

/** Who a session or key acts as now, and when that ends by itself. */
export interface ActorStanding {
  readonly actor: Actor;
  readonly until: Date | null;
  /** Addresses and networks a key is good from; null for any. */
  readonly allowedIps: readonly string[] | null;
}

type SessionFacts = UserFacts & { readonly until: Date };
type KeyFacts = UserFacts & {
  readonly until: Date | null;
  readonly keyId: string;
  readonly keyName: string;
  readonly keyPermissions: Permissions;
  readonly keyFieldRules: FieldRights;
  readonly allowedIps: readonly string[] | null;
  readonly hash: string;
};

/** Null when the session has ended, its user is inactive or its tenant closed. */
export async function sessionStanding(
  work: Work,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<ActorStanding | null> {
  const [facts] = await work.rows<SessionFacts>(sql`select s.expires_at as until, ${userFacts(work.now)}
    from identity.sessions s join identity.users u on u.tenant_id = s.tenant_id and u.id = s.user_id and u.active ${rolesOfUser(work.now)}
    join kernel.tenants t on t.id = s.tenant_id and t.state = 'active'
    where s.tenant_id = ${work.tenantId} and s.id = ${sessionId} and s.user_id = ${userId} and s.revoked_at is null and s.expires_at > ${work.now}`);
  if (!facts) return null;
  return { actor: userActor(work, facts), until: earlier(facts.until, facts.nextChange), allowedIps: null };
}

/** Null when the key is unknown, ended or its secret is wrong. A key never has more rights than its user has now. */
export async function keyStanding(work: Work, text: string): Promise<ActorStanding | null> {
  const key = readApiKey(text);
  const facts = key && (await keyFacts(work, key.id));
  if (!facts || !timingSafeEqual(Buffer.from(facts.hash, 'hex'), Buffer.from(hashOf(key.secret), 'hex'))) return null;
  await work.rows(sql`update identity.api_keys set last_used_at = ${work.now} where tenant_id = ${work.tenantId} and id = ${key.id}
    and (last_used_at is null or last_used_at < ${new Date(work.now.getTime() - 300_000)})`);
  return { actor: keyActor(work, facts), until: earlier(facts.until, facts.nextChange), allowedIps: facts.allowedIps };
}

/** A user or key as it would act if it asked now; null when it could not. For work that goes on after its request, and for explaining. */
export async function actorNow(work: Work, { kind, id }: Pick<Actor, 'kind' | 'id'>): Promise<Actor | null> {
  if (id === null || (kind !== 'user' && kind !== 'api_key')) return null;
  if (kind === 'api_key') {
    const facts = await keyFacts(work, id);
    return facts && keyActor(work, facts);
  }
  const [facts] = await work.rows<UserFacts>(sql`select ${userFacts(work.now)} from identity.users u ${rolesOfUser(work.now)}
    join kernel.tenants t on t.id = u.tenant_id and t.state = 'active'
    where u.tenant_id = ${work.tenantId} and u.id = ${id} and u.active`);
  return facts ? userActor(work, facts) : null;
}

/** All that a user's reaches could come down to, whatever rights he has: for trying out roles. */
export async function reachedBy(work: Work, userId: string): Promise<Reached | null> {
  const [facts] = await work.rows<UserFacts>(sql`select ${userFacts(work.now, anyReach)} from identity.users u ${rolesOfUser(work.now)}
    where u.tenant_id = ${work.tenantId} and u.id = ${userId}`);
  return facts ? reachedOf(facts) : null;
}

/** A key may be narrower than any role of its user: `team`, of somebody who has all. */
const keyReaches = sql`(select coalesce(string_agg(value, ' '), '') from jsonb_each_text(k.permissions))`;

async function keyFacts(work: Work, keyId: string): Promise<KeyFacts | null> {
  const [facts] = await work.rows<KeyFacts>(sql`select k.id as "keyId", k.expires_at as until, k.name as "keyName",
      k.permissions as "keyPermissions", k.field_rules as "keyFieldRules", k.allowed_ips as "allowedIps", k.hash, ${userFacts(work.now, keyReaches)}
    from identity.api_keys k join identity.users u on u.tenant_id = k.tenant_id and u.id = k.user_id and u.active ${rolesOfUser(work.now)}
    join kernel.tenants t on t.id = k.tenant_id and t.state = 'active'
    where k.tenant_id = ${work.tenantId} and k.id = ${keyId} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${work.now})`);
  return facts ?? null;
}

const userActor = (work: Work, facts: UserFacts): Actor =>
  actorOf({ work, facts }, { kind: 'user', id: facts.userId, label: facts.userName }, together(facts.roles));

function keyActor(work: Work, facts: KeyFacts): Actor {
  const ofUser = together(facts.roles);
  return actorOf(
    { work, facts },
    { kind: 'api_key', id: facts.keyId, label: facts.keyName },
    {
      permissions: intersection(ofUser.permissions, facts.keyPermissions),
      fieldRules: strictest(ofUser.fieldRules, facts.keyFieldRules),
    },
  );
}

/** The tenant an API key is of: the one look-up that comes before the wall. */
export async function tenantOfKey(work: Work, text: string): Promise<string | null> {
  const key = readApiKey(text);
  if (!key) return null;
  const [row] = await work.rows<{ tenantId: string | null }>(sql`select identity.api_key_tenant(${key.id}) as "tenantId"`);
  return row?.tenantId ?? null;
}

interface Found {
  readonly work: Work;
  readonly facts: UserFacts;
}

function actorOf({ work, facts }: Found, who: Who, given: Pick<RoleRights, 'permissions' | 'fieldRules'>): Actor {
  const reached = reachedOf(facts);
  const { key, absent } = work.definitions;
  const permissions = without(given.permissions, absent.rights);
  const { fieldRules } = given;
  return {
    ...who,
    ...reached,
    userId: facts.userId,
    language: facts.locale,
    timeZone: facts.timeZone,
    ...(facts.fiscal ? { fiscal: facts.fiscal } : {}),
    writes: facts.texts.own,
    ...readingOfFacts(facts),
    permissions,
    ...(absent.rights.length > 0 ? { dormant: intersection(given.permissions, allOf(absent.rights)) } : {}),
    fieldRights: fieldRules,
    shape: createHash('sha256')
      .update(`${key}${shapeText(permissions)} ${shapeText(fieldRules)} ${reachShape(reached)}`)
      .digest('base64url')
      .slice(0, 22),
  };
}

/** Of a company that has its texts in one language there is nothing to say. */
function readingOfFacts({ texts, locale }: UserFacts): Pick<Actor, 'texts' | 'reads'> {
  return texts.others.length === 0 ? {} : { texts: { ...texts, user: locale }, reads: readingOf([locale], texts) };
}

const allOf = (entries: readonly string[]): Permissions => Object.fromEntries(entries.map((entry) => [entry, 'all'] as const));

const earlier = (a: Date | null, b: Date | null) => (a && b ? new Date(Math.min(a.getTime(), b.getTime())) : (a ?? b));
