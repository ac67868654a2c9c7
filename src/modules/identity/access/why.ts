import { reachOf, type Actor, type FieldRight } from '#kernel/access/actor.js';
import { matches } from '#kernel/access/permissions.js';
import { hasPart, type Reach, type ReachPart } from '#kernel/access/reach.js';
import { rowVerbs } from '#kernel/access/row-verbs.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { boolean, list, object, text } from '#kernel/resource/fields.js';
import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { HeldRole } from './held-roles.js';

/** Why one right does or does not cover one record. */
export const rightShape = {
  right: text(120, { required: true }),
  allowed: boolean({ required: true }),
  reach: text(40, { description: 'How far the right reaches; empty when it is not held.' }),
  reasons: list(text(300), { required: true, description: 'Sentences that lead from the roles to the answer.' }),
} as const;
export const fieldShape = { field: text(120, { required: true }), right: text(10, { required: true }) } as const;
export const rightsField = list(object(rightShape, { name: 'AccessReason', required: true }), {
  required: true,
  description: 'Reading, then whatever else can be done to such a record.',
});
export const fieldsField = list(object(fieldShape, { name: 'AccessField', required: true }), {
  required: true,
  description: 'Fields of the record that are withheld: `hide`, `mask` or `read`.',
});

interface Judged {
  readonly right: string;
  readonly allowed: boolean;
  readonly reach: string | null;
  readonly reasons: string[];
}

/** For reading and every verb of a record: whether `who`'s rights cover it, and the chain that leads there. */
export async function judge(
  work: Work,
  of: { resource: Resource; recordId: string; who: Actor; roles: readonly HeldRole[] },
): Promise<Judged[]> {
  const { resource, recordId, who, roles } = of;
  const verbs = ['read', ...rowVerbs(work.definitions, resource)];
  const covered = await work.covering(resource, recordId, verbs, who);
  const place = await placeOf(work, of);
  return verbs.map((verb) => {
    const right = `${resource.name}:${verb}`;
    const reach = reachOf(who.permissions, right);
    const allowed = covered.includes(verb);
    const held = reach === null ? [] : [within({ resource, reach, verb, allowed, place })];
    return {
      right,
      allowed,
      reach,
      reasons: [...roles.flatMap((role) => sayRole(role, right)), ...nothing(roles, right), ...narrowed(who, reach), ...held],
    };
  });
}

export const withheld = (resource: Resource, who: Pick<Actor, 'fieldRights'>): { field: string; right: FieldRight }[] =>
  Object.entries(who.fieldRights)
    .filter(([field]) => field.startsWith(`${resource.name}.`))
    .map(([field, right]) => ({ field, right }));

function sayRole({ key, through, permissions, denies }: HeldRole, right: string): string[] {
  const how = through === 'draft' ? `The role ${key}` : `The role ${key}, given to the ${through},`;
  const reach = reachOf(permissions, right);
  return [
    ...(reach === null ? [] : [`${how} gives ${right} with the reach ${reach}.`]),
    ...denies.filter((deny) => matches(deny, right)).map((deny) => `${how} denies ${deny}, and a denial counts before every grant.`),
  ];
}

const nothing = (roles: readonly HeldRole[], right: string) =>
  roles.some((role) => sayRole(role, right).length > 0) ? [] : [roles.length === 0 ? 'There is no role.' : `No role gives ${right}.`];

const narrowed = ({ kind }: Actor, reach: string | null) =>
  kind === 'api_key' ? [reach === null ? 'The key itself was not given the right.' : `The key itself narrows this to ${reach}.`] : [];

/** In which ways a record lies near somebody. */
type Place = Readonly<Record<'own' | 'team' | 'subtree' | 'territory' | 'readShare' | 'writeShare' | 'ownerless', boolean>>;

async function placeOf(work: Work, { resource, recordId, who }: { resource: Resource; recordId: string; who: Actor }): Promise<Place> {
  const row: Readonly<Record<string, unknown>> | null = await work.system.repo(resource).find(recordId);
  const { scope } = resource;
  const [owner, territory] = scope.kind === 'owned' ? [row?.[scope.by], scope.territory && row?.[scope.territory]] : [null, null];
  const among = (ids: readonly string[], id: unknown) => typeof id === 'string' && ids.includes(id);
  const shares = await work.rows<{ level: string }>(sql`select level from kernel.record_shares where tenant_id = ${work.tenantId}
    and principal_id = any(${who.principalIds}::uuid[]) and resource = ${resource.name} and record_id = ${recordId} and (until is null or until > ${work.now})`);
  return {
    own: among(who.ownUserIds, owner),
    team: among(who.teamUserIds, owner),
    subtree: among(who.subtreeUserIds, owner),
    territory: among(who.territoryIds, territory),
    readShare: shares.length > 0,
    writeShare: shares.some(({ level }) => level === 'write'),
    ownerless: typeof owner !== 'string',
  };
}

interface Standing {
  readonly resource: Resource;
  readonly reach: Reach;
  readonly verb: string;
  readonly allowed: boolean;
  readonly place: Place;
}

/** Of what nobody owns, everybody who may at all reaches all. */
const coversAll = ({ resource, reach, allowed }: Pick<Standing, 'resource' | 'reach' | 'allowed'>) =>
  reach === 'all' || (resource.scope.kind === 'everyone' && allowed);

function within({ resource, reach, verb, allowed, place }: Standing): string {
  if (coversAll({ resource, reach, allowed })) return 'That covers every record of this kind.';
  if (place.own) return 'The record belongs to the user, or to somebody he stands in for.';
  const part = (['team', 'subtree', 'territory'] as const).find((one) => hasPart(reach, one) && place[one]);
  if (part) return near[part];
  if (allowed) return 'The record is shared with the user or his team.';
  if (place.readShare && verb === 'update') return 'The record is shared to be read, not to be written.';
  const owner = place.ownerless ? 'The record has no owner' : 'Its owner is not within that reach';
  return `${owner}${hasPart(reach, 'territory') ? ', its territory is not one of the user’s' : ''}, and no share opens it for this.`;
}

const near: Readonly<Record<ReachPart, string>> = {
  team: 'The record belongs to somebody in the team or below it.',
  subtree: 'The record belongs to somebody who reports to the user.',
  territory: 'The record lies in one of the user’s territories.',
};
