import { sql, type Sql } from '#kernel/db/sql.js';
import type { Actor, Reached } from '#kernel/access/actor.js';
import type { FiscalCalendar } from '#kernel/pure/fiscal.js';
import type { RoleRights } from '../role/field-rules.js';

/** What the database says of a user's roles and reaches at one moment. */
export interface UserFacts {
  readonly userId: string;
  readonly userName: string;
  readonly locale: string;
  readonly timeZone: string;
  /** Languages of the company's texts: in which they are written, and which it has others in. */
  readonly texts: { readonly own: string; readonly others: readonly string[] };
  /** How the company divides its years, where it has said so. */
  readonly fiscal: FiscalCalendar | null;
  readonly roles: readonly RoleRights[];
  readonly ownUserIds: readonly string[];
  readonly principalIds: readonly string[];
  readonly teamUserIds: readonly string[] | null;
  readonly subtreeUserIds: readonly string[] | null;
  readonly territoryIds: readonly string[] | null;
  readonly sharedNouns: readonly string[];
  /** When the next dated fact begins or ends: nothing of this may be trusted beyond. */
  readonly nextChange: Date | null;
}

const valid = (alias: string, now: Date): Sql =>
  alias === 'a'
    ? sql`(a.valid_from is null or a.valid_from <= ${now}) and (a.valid_until is null or a.valid_until > ${now})`
    : sql`(l.valid_from <= ${now} and (l.valid_until is null or l.valid_until > ${now}))`;

/** To be joined to a user `u`: his roles, own and of his team, and whom he stands in for. */
export const rolesOfUser = (now: Date): Sql => sql`cross join lateral (
    select coalesce(json_agg(json_build_object('permissions', o.permissions, 'denies', o.denies, 'fieldRules', o.field_rules)), '[]') as roles,
      coalesce(bool_or(g.reaches like '%team%'), false) as by_team,
      coalesce(bool_or(g.reaches like '%subtree%'), false) as by_subtree,
      coalesce(bool_or(g.reaches like '%territory%'), false) as by_territory
    from identity.role_assignments a join identity.roles o on o.tenant_id = a.tenant_id and o.id = a.role_id
    cross join lateral (select string_agg(value, ' ') as reaches from jsonb_each_text(o.permissions)) g
    where a.tenant_id = u.tenant_id and (a.user_id = u.id or a.team_id = u.team_id) and ${valid('a', now)}) r
  cross join lateral (
    select array_agg(x.id) as own, array_agg(x.id) || array_agg(x.team_id) filter (where x.team_id is not null) as principals,
      array_agg(x.team_id) filter (where x.team_id is not null) as teams
    from identity.users x where x.tenant_id = u.tenant_id and (x.id = u.id or x.id in (
      select d.user_id from identity.delegations d
      where d.tenant_id = u.tenant_id and d.delegate_id = u.id and d.valid_from <= ${now} and d.valid_until > ${now}))) p`;

/** Reaches written in no role of the user that are asked for all the same: any, or those in rights of his that are kept elsewhere. */
export const anyReach: Sql = sql`'team subtree territory'`;
const noReach: Sql = sql`''`;

/** Members of teams, of subtrees and territories are read only for who has a right that reaches so far, or when they are asked for. */
export const userFacts = (
  now: Date,
  asked: Sql = noReach,
): Sql => sql`u.id as "userId", u.name as "userName", u.locale, u.time_zone as "timeZone", r.roles,
  (select json_build_object('own', c.locale, 'others', c.languages) from kernel.tenants c where c.id = u.tenant_id) as texts,
  (select c.fiscal_calendar from kernel.tenants c where c.id = u.tenant_id) as fiscal,
  p.own as "ownUserIds", p.principals as "principalIds",
  case when r.by_team or ${asked} like '%team%' then (${teamUsers}) end as "teamUserIds",
  case when r.by_subtree or ${asked} like '%subtree%' then (${subtreeUsers(now)}) end as "subtreeUserIds",
  case when r.by_territory or ${asked} like '%territory%' then (${territories(now)}) end as "territoryIds",
  (select coalesce(array_agg(distinct s.resource), '{}') from kernel.record_shares s
    where s.tenant_id = u.tenant_id and s.principal_id = any(p.principals) and (s.until is null or s.until > now())) as "sharedNouns",
  (${nextChange(now, asked)}) as "nextChange"`;

const teamUsers: Sql = sql`with recursive below (id) as (
      select unnest(p.teams)
      union select c.id from identity.teams c join below b on c.parent_id = b.id where c.tenant_id = u.tenant_id)
    select array_agg(m.id) from identity.users m join below b on m.team_id = b.id where m.tenant_id = u.tenant_id`;

const subtreeUsers = (now: Date): Sql => sql`with recursive line (user_id, manager_id) as (
      select l.user_id, l.manager_id from identity.reporting_lines l where l.tenant_id = u.tenant_id and ${valid('l', now)}
      union all select x.id, x.manager_id from identity.users x where x.tenant_id = u.tenant_id and x.manager_id is not null
        and not exists (select from identity.reporting_lines l where l.tenant_id = x.tenant_id and l.user_id = x.id and ${valid('l', now)})),
    below (id) as (select unnest(p.own) union select line.user_id from line join below b on line.manager_id = b.id)
    select array_agg(id) from below`;

const territories = (now: Date): Sql => sql`with recursive below (id) as (
      select t.id from identity.territory_assignments a join identity.territories t on t.tenant_id = a.tenant_id and t.id = a.territory_id and t.active
        where a.tenant_id = u.tenant_id and a.user_id = any(p.own) and ${valid('a', now)}
      union select c.id from identity.territories c join below b on c.parent_id = b.id where c.tenant_id = u.tenant_id and c.active)
    select array_agg(id) from below`;

const nextChange = (now: Date, asked: Sql): Sql => sql`select min(d.at) from (
      select unnest(array[a.valid_from, a.valid_until]) as at from identity.role_assignments a
        where a.tenant_id = u.tenant_id and (a.user_id = u.id or a.team_id = u.team_id)
      union all select unnest(array[d.valid_from, d.valid_until]) from identity.delegations d where d.tenant_id = u.tenant_id and d.delegate_id = u.id
      union all select unnest(array[a.valid_from, a.valid_until]) from identity.territory_assignments a
        where a.tenant_id = u.tenant_id and a.user_id = any(p.own)
      union all select unnest(array[l.valid_from, l.valid_until]) from identity.reporting_lines l where l.tenant_id = u.tenant_id and (r.by_subtree or ${asked} like '%subtree%')) d
    where d.at > ${now}`;

/** The values conditions on rows are filled with. Every reach holds the user himself and those he stands in for. */
export function reachedOf(facts: UserFacts): Reached {
  const { ownUserIds } = facts;
  const andOwn = (ids: readonly string[] | null) => [...new Set([...ownUserIds, ...(ids ?? [])])];
  return {
    ownUserIds,
    teamUserIds: andOwn(facts.teamUserIds),
    subtreeUserIds: andOwn(facts.subtreeUserIds),
    territoryIds: facts.territoryIds ?? [],
    principalIds: facts.principalIds,
    sharedNouns: facts.sharedNouns,
  };
}

export type Who = Pick<Actor, 'kind' | 'id' | 'label'>;
