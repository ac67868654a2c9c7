import type { Resource } from '../resource/define-resource.js';
import { snake } from '../resource/names.js';
import { reachOf, type Actor, type Reached } from './actor.js';
import { hasPart, type Reach } from './reach.js';

/** What a condition on rows compares with. The names are stable: statements keep a parameter for each. */
export type ActorValue = 'owner' | 'own' | 'team' | 'subtree' | 'team+subtree' | 'territories' | 'principals';

/** One way in which a row may be within reach. */
export type Arm =
  | {
      readonly kind: 'owner';
      readonly column: string;
      readonly among: Exclude<ActorValue, 'territories' | 'principals'>;
      readonly many: boolean;
    }
  | { readonly kind: 'territory'; readonly column: string }
  | { readonly kind: 'share'; readonly resource: string; readonly level: ShareLevel };
export type ShareLevel = 'read' | 'write';

/** The rows of a resource an actor may touch: all, none, or those that one of the arms lets in. */
export type RowFilter = { readonly kind: 'all' } | { readonly kind: 'none' } | { readonly kind: 'some'; readonly arms: readonly Arm[] };

/** The rows `permission` (`lead:read`) covers. The one source of truth: lists, look-ups, writes and figures are all narrowed by it. */
export function rowFilter(resource: Resource, actor: Actor, permission: string): RowFilter {
  return filterFor(resource, actor, { reach: reachOf(actor.permissions, permission), verb: permission.slice(permission.indexOf(':') + 1) });
}

/** How far a verb may go. Shares open reading and, those to write, updating; no other verb. */
export interface VerbReach {
  readonly reach: Reach | null;
  readonly verb: string;
}

export function filterFor(resource: Resource, actor: Actor, { reach, verb }: VerbReach): RowFilter {
  const { scope } = resource;
  if (reach === null) return { kind: 'none' };
  if (reach === 'all' || scope.kind === 'everyone') return allOrNone(reach, scope);
  const { by, territory } = scope;
  const among = usersAmong(actor, reach);
  const arms: Arm[] = [{ kind: 'owner', column: snake(by), among, many: isMany(actor, among) }];
  if (territory && hasPart(reach, 'territory')) arms.push({ kind: 'territory', column: snake(territory) });
  const level = verb === 'read' ? 'read' : verb === 'update' ? 'write' : null;
  if (level && actor.sharedNouns.includes(resource.name)) arms.push({ kind: 'share', resource: resource.name, level });
  return { kind: 'some', arms };
}

const allOrNone = (reach: Reach, scope: Resource['scope']): RowFilter => ({
  kind: reach !== 'all' && scope.kind === 'everyone' && scope.strict ? 'none' : 'all',
});

function usersAmong(actor: Reached, reach: Reach): Extract<Arm, { kind: 'owner' }>['among'] {
  const [team, subtree] = [hasPart(reach, 'team'), hasPart(reach, 'subtree')];
  if (team) return subtree ? 'team+subtree' : 'team';
  if (subtree) return 'subtree';
  // One owner keeps the order of the index (owner, id); a list of them does not.
  return actor.ownUserIds.length === 1 ? 'owner' : 'own';
}

/** Makes a parameter of one of the actor's values. `cast` is its type in SQL. */
export type BindActor = (value: ActorValue, cast: 'uuid' | 'uuid[]') => string;

/** A filter as a condition on `alias`, `null` when every row of the tenant passes. `tenant` is the tenant's parameter. */
export function filterCondition(filter: RowFilter, alias: string, tenant: string, bind: BindActor): string | null {
  if (filter.kind === 'all') return null;
  if (filter.kind === 'none') return 'false';
  const arms = filter.arms.map((arm) => armCondition(arm, alias, tenant, bind));
  return arms.length === 1 ? (arms[0] ?? 'false') : `(${arms.join(' or ')})`;
}

/** Each arm is an index condition of its own, so that PostgreSQL can put them together as a bitmap. */
function armCondition(arm: Arm, alias: string, tenant: string, bind: BindActor): string {
  switch (arm.kind) {
    case 'owner':
      if (arm.many) return `(${alias}.${arm.column} in (select unnest(${bind(arm.among, 'uuid[]')}))) is true`;
      return arm.among === 'owner'
        ? `${alias}.${arm.column} = ${bind('owner', 'uuid')}`
        : `${alias}.${arm.column} = any(${bind(arm.among, 'uuid[]')})`;
    case 'territory':
      return `${alias}.${arm.column} = any(${bind('territories', 'uuid[]')})`;
    case 'share':
      return `${alias}.id = any(array(${sharesSql(arm, tenant, bind)}))`;
  }
}

function sharesSql({ resource, level }: Extract<Arm, { kind: 'share' }>, tenant: string, bind: BindActor): string {
  const wanted = level === 'write' ? ` and s.level = 'write'` : '';
  return `select s.record_id from kernel.record_shares s where s.tenant_id = ${tenant} and s.principal_id = any(${bind('principals', 'uuid[]')}) and s.resource = '${resource}'${wanted} and (s.until is null or s.until > now())`;
}

const values: Readonly<Record<ActorValue, (actor: Reached) => string | null | readonly string[]>> = {
  owner: (actor) => actor.ownUserIds[0] ?? null,
  own: (actor) => actor.ownUserIds,
  team: (actor) => actor.teamUserIds,
  subtree: (actor) => actor.subtreeUserIds,
  'team+subtree': (actor) => [...new Set([...actor.teamUserIds, ...actor.subtreeUserIds])],
  territories: (actor) => actor.territoryIds,
  principals: (actor) => actor.principalIds,
};
const actorValue = (actor: Reached, value: ActorValue) => values[value](actor);

const written = new WeakMap<Reached, Map<ActorValue, string | null>>();

/** The value as PostgreSQL reads it, written once an actor: a team may have thousands of users. */
export function actorParam(actor: Reached, value: ActorValue): string | null {
  const known = written.get(actor) ?? new Map<ActorValue, string | null>();
  written.set(actor, known);
  const text = known.get(value) ?? textOf(actorValue(actor, value));
  known.set(value, text);
  return text;
}
const textOf = (value: ReturnType<typeof actorValue>) => (typeof value === 'string' || value === null ? value : `{${value.join(',')}}`);

/** Users whose rows a reach covers by their owner. */
export function usersWithin(actor: Reached, reach: Reach): readonly string[] {
  const among = actorValue(actor, usersAmong(actor, reach));
  return typeof among === 'string' ? [among] : (among ?? []);
}

/**
 * Of so many owners the index would be asked about each. Their rows are no needles: rows are taken in the order of the list, and each
 * owner is looked up in a hash table, as the condition `in (…) is true` makes PostgreSQL do.
 */
const manyOwners = 1_000;

function isMany(actor: Reached, among: ActorValue): boolean {
  const value = actorValue(actor, among);
  return Array.isArray(value) && value.length > manyOwners;
}

/** Whether a row, as its fields say, lies within the arms that need no look-up: owner and territory. */
export function withinReach(filter: RowFilter, resource: Resource, actor: Reached, row: Readonly<Record<string, unknown>>): boolean {
  if (filter.kind !== 'some') return filter.kind === 'all';
  if (resource.scope.kind !== 'owned') return true;
  const { by, territory } = resource.scope;
  return filter.arms.some((arm) => {
    if (arm.kind === 'share') return false;
    const value = arm.kind === 'owner' ? row[by] : territory && row[territory];
    const among = actorValue(actor, arm.kind === 'owner' ? arm.among : 'territories');
    return typeof value === 'string' && (typeof among === 'string' ? among === value : among !== null && among.includes(value));
  });
}

/** What of an actor, besides his rights, decides the text of a condition: part of his shape. */
export const reachShape = (actor: Reached) =>
  [
    actor.ownUserIds.length === 1 ? 1 : 'n',
    ...(['own', 'team', 'subtree', 'team+subtree'] as const).filter((among) => isMany(actor, among)),
    ...[...actor.sharedNouns].sort(),
  ].join(' ');
