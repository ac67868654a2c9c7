import type { ReachPart } from '#kernel/access/reach.js';
import { hasPart } from '#kernel/access/reach.js';
import { reachOf, type Permissions } from '#kernel/access/actor.js';
import type { OpenWork } from '#kernel/db/open-work.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { openCompany, uniqueName, type Room } from './company.js';
import type { Machine } from './machine.js';

type Level = 'read' | 'write';

/** Where a row lies, as somebody at the middle of the world sees it. */
interface Slot {
  readonly name: string;
  /** Key of the owner in the world's people; null: nobody's. */
  readonly owner: string | null;
  readonly territory?: 'north' | 'city';
  /** The parts of a reach that lead there. `own` is in every reach. */
  readonly within: readonly (ReachPart | 'own')[];
  /** Shared with whom, how, and whether that is over. */
  readonly share?: { readonly with: 'me' | 'team'; readonly level: Level; readonly isOver?: true };
}

const slots: readonly Slot[] = [
  { name: 'own', owner: 'me', within: ['own'] },
  { name: 'of whom he stands in for', owner: 'away', within: ['own'] },
  { name: 'of a mate', owner: 'mate', within: ['team'] },
  { name: 'of a team below', owner: 'below', within: ['team'] },
  { name: 'of a report', owner: 'report', within: ['subtree'] },
  { name: 'of the report of a report', owner: 'grandReport', within: ['subtree'] },
  { name: 'in his territory', owner: 'other', territory: 'north', within: ['territory'] },
  { name: 'in a territory below', owner: 'other', territory: 'city', within: ['territory'] },
  { name: 'shared with him', owner: 'other', within: [], share: { with: 'me', level: 'read' } },
  { name: 'shared with his team to write', owner: 'other', within: [], share: { with: 'team', level: 'write' } },
  { name: 'no longer shared', owner: 'other', within: [], share: { with: 'me', level: 'write', isOver: true } },
  { name: 'of somebody far away', owner: 'other', within: [] },
  { name: 'of nobody', owner: null, within: [] },
];

/** A row that was put somewhere. Rows of resources without owners lie nowhere in particular. */
export interface Planted {
  readonly id: string;
  readonly slot: Slot | null;
}

/** A company with somebody in its middle, and rows of every resource all around him. */
export interface World {
  readonly room: Room;
  readonly me: string;
  /** Ids of people by what they are to him. */
  readonly people: ReadonlyMap<string, string>;
  readonly planted: ReadonlyMap<string, readonly Planted[]>;
}

const names = ['me', 'away', 'mate', 'below', 'report', 'grandReport', 'other'] as const;

/** `only`: rows of these resources; of all when left out. */
export async function openWorld(machine: Machine, only?: readonly string[]): Promise<World> {
  const room = await openCompany(machine);
  const base = await room.work((work) => settle(work, machine));
  const planted = new Map<string, Planted[]>();
  const within = [...machine.registry.resources.values()].filter(({ name }) => only?.includes(name) ?? true);
  for (const resource of within) planted.set(resource.name, await plant(room, resource, { base, planted }));
  for (const [name, ids] of Object.entries({ user: [...base.people.values()], team: base.teams, territory: base.territories }))
    if (planted.has(name)) planted.set(name, [...(planted.get(name) ?? []), ...ids.map((id) => ({ id, slot: null }))]);
  await room.work((work) => share(work, base, planted));
  return { room, me: base.people.get('me') ?? '', people: base.people, planted };
}

interface Base {
  readonly people: ReadonlyMap<string, string>;
  readonly teams: readonly [string, string];
  readonly territories: readonly [string, string];
}

/** People, teams and territories, as `within` above tells of them. */
async function settle(work: OpenWork, { registry }: Machine): Promise<Base> {
  const make = async (name: string, values: Readonly<Record<string, unknown>>) =>
    (await work.repo(registry.resource(name)).create(values)).id;
  const team = await make('team', { name: uniqueName('team') });
  const teamBelow = await make('team', { name: uniqueName('team'), parentId: team });
  const people = new Map<string, string>();
  const places: Readonly<Record<(typeof names)[number], () => object>> = {
    me: () => ({ teamId: team }),
    away: () => ({}),
    mate: () => ({ teamId: team }),
    below: () => ({ teamId: teamBelow }),
    report: () => ({ managerId: people.get('me') }),
    grandReport: () => ({ managerId: people.get('report') }),
    other: () => ({}),
  };
  for (const name of names) {
    const called = uniqueName('w');
    people.set(name, await make('user', { name: called, email: `${called}@example.test`, ...places[name]() }));
  }
  const north = await make('territory', { name: uniqueName('t') });
  const city = await make('territory', { name: uniqueName('t'), parentId: north });
  await make('territory_assignment', { userId: people.get('me'), territoryId: north });
  const [validFrom, validUntil] = [new Date('2026-01-01T00:00:00Z'), new Date('2099-01-01T00:00:00Z')];
  await make('delegation', { userId: people.get('away'), delegateId: people.get('me'), validFrom, validUntil });
  return { people, teams: [team, teamBelow], territories: [north, city] };
}

interface Ground {
  readonly base: Base;
  readonly planted: ReadonlyMap<string, readonly Planted[]>;
}

/** One row for each place there is for the resource; what it has to refer to lies in the same place. */
async function plant(room: Room, resource: Resource, { base, planted }: Ground): Promise<Planted[]> {
  const { scope, fields } = resource;
  const known = room.rows.get(resource.name);
  if (scope.kind === 'everyone') return known === undefined ? [] : [{ id: known, slot: null }];
  const { by, territory } = scope;
  const placed = slots.filter(({ owner }) => owner !== null || fields[by]?.options.required !== true);
  const rows: Planted[] = [];
  for (const slot of placed) {
    const beside = Object.entries(fields).flatMap(([name, { kind, target = '', options }]): [string, string][] => {
      const near =
        kind === 'ref' && options.required === true && name !== by ? planted.get(target)?.find((one) => one.slot === slot) : undefined;
      return near ? [[name, near.id]] : [];
    });
    const land = slot.territory ? base.territories[slot.territory === 'north' ? 0 : 1] : null;
    const owner = slot.owner === null ? null : base.people.get(slot.owner);
    const id = await room.spare(resource, { ...Object.fromEntries(beside), [by]: owner, ...(territory ? { [territory]: land } : {}) });
    rows.push({ id, slot });
  }
  return rows;
}

async function share(work: OpenWork, { people, teams }: Base, planted: World['planted']): Promise<void> {
  for (const [resource, rows] of planted)
    for (const { id, slot } of rows) {
      if (!slot?.share) continue;
      const { with: whom, level, isOver } = slot.share;
      const principal = whom === 'me' ? people.get('me') : teams[0];
      await work.exec(
        `insert into kernel.record_shares (tenant_id, resource, record_id, principal_kind, principal_id, level, until, shared_by, shared_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
        [
          work.tenantId,
          resource,
          id,
          whom === 'me' ? 'user' : 'team',
          principal,
          level,
          isOver ? new Date('2026-01-01T00:00:00Z') : null,
          people.get('other'),
        ],
      );
    }
}

/** Whether `permission` (`lead:read`) leads to a row, by what is written in the definitions and in the world; null: it is no right he has. */
export function reaches(permissions: Permissions, resource: Resource, verb: string, { slot }: Planted): boolean | null {
  const reach = reachOf(permissions, `${resource.name}:${verb}`);
  if (reach === null) return null;
  if (reach === 'all' || resource.scope.kind === 'everyone' || slot === null) return true;
  const hasLand = resource.scope.territory !== undefined;
  const isWithin = slot.within.some((part) => part === 'own' || (hasPart(reach, part) && (part !== 'territory' || hasLand)));
  return (
    isWithin || (slot.share !== undefined && !slot.share.isOver && (verb === 'read' || (verb === 'update' && slot.share.level === 'write')))
  );
}

/** Ids of the rows of a resource a verb reaches; null: it is no right he has. */
export function reachedIn({ planted }: World, permissions: Permissions, resource: Resource, verb: string): ReadonlySet<string> | null {
  if (reachOf(permissions, `${resource.name}:${verb}`) === null) return null;
  const rows = planted.get(resource.name) ?? [];
  return new Set(rows.filter((row) => reaches(permissions, resource, verb, row) === true).map(({ id }) => id));
}
