import type { Registry } from '#kernel/resource/registry.js';
import type { Permissions } from '#kernel/access/actor.js';
import type { Room } from './company.js';
import type { Deed } from './deeds.js';
import type { Machine } from './machine.js';
import { person, type Person } from './people.js';
import { anyRow, isRefusal, prepared, waysTo, type Way } from './recipes.js';
import type { Operation } from './surfaces.js';
import { inParallel, send } from './wire.js';

/** How a deed is done, once it has been seen to work. */
export interface Worked {
  readonly way: Way;
  /** Whether the named permission, with the right to read everything, was enough. */
  readonly exact: boolean;
}
export interface Works {
  readonly ways: ReadonlyMap<Deed, Worked>;
  /** Operations that did not work for anybody, with what came back last. */
  readonly stuck: ReadonlyMap<Operation, string>;
  readonly done: number;
}

/** Does every operation as somebody who may, in a room of his own: a refusal proves nothing where nobody gets through. */
export async function findWorks(
  machine: Machine,
  operations: readonly Operation[],
  deeds: ReadonlyMap<string, Deed>,
  room: Room,
): Promise<Works> {
  const ways = new Map<Deed, Worked>();
  const stuck = new Map<Operation, string>();
  const admin = await person(machine, room, 'admin', { '*': 'all' });
  const known = operations.filter(({ deed, access }) => deed !== null && access !== 'public');
  await inParallel(
    known,
    async (operation) => {
      const deed = operation.deed as Deed;
      const exact = await person(machine, room, 'exact', exactly(deed));
      const before = ways.get(deed);
      const found = await firstWay(machine, operation, { deeds, room, people: [exact, admin], ...(before ? { before: before.way } : {}) });
      if (typeof found === 'string') stuck.set(operation, found);
      else ways.set(deed, { way: found.way, exact: found.person === exact && before?.exact !== false });
    },
    4,
  );
  return { ways, stuck, done: known.length - stuck.size };
}

/** The permission a deed names, and the right to read whatever it looks up. */
export const exactly = (deed: Deed): Permissions => ({ '*:read': 'all', [deed.permission]: 'all' });

/** Every single right there is but one. */
export const allBut = (permission: string, rights: readonly string[]): Permissions =>
  Object.fromEntries(rights.filter((right) => right !== permission).map((right) => [right, 'all' as const]));

interface Search {
  readonly deeds: ReadonlyMap<string, Deed>;
  readonly room: Room;
  readonly people: readonly Person[];
  readonly before?: Way;
}

async function firstWay(machine: Machine, operation: Operation, search: Search): Promise<{ way: Way; person: Person } | string> {
  const { deeds, room, people, before } = search;
  const deed = operation.deed as Deed;
  let last = '';
  for (const who of people) {
    for (const way of [...(before ? [before] : []), ...waysTo(machine, deed, deeds)]) {
      const outcome = await attempt(machine, operation, { who, way, room });
      if (outcome === null) return { way, person: who };
      last = `${way.label}: ${outcome}`;
      // Rights do not depend on the state of a row.
      if (outcome.startsWith('403')) break;
    }
  }
  return last;
}

/** Null when it worked. */
async function attempt(
  machine: Machine,
  operation: Operation,
  { who, way, room }: { who: Person; way: Way; room: Room },
): Promise<string | null> {
  const { deed } = operation;
  try {
    const reply = await send(machine, who, operation.ask(deed ? await prepared(machine, deed, way, room) : {}));
    return reply.status < 300 && reply.code === null && !reply.empty ? null : `${reply.status} ${reply.text.slice(0, 300)}`;
  } catch (error) {
    if (isRefusal(error)) return `on the way: ${error.code}`;
    throw error;
  }
}

/** What every operation is given when it is tried on the rows of `room`: rows in a state in which it would work. */
export async function targetsIn(machine: Machine, operations: readonly Operation[], works: Works, room: Room) {
  const byDeed = new Map<Deed, Promise<Readonly<Record<string, unknown>>>>();
  const pairs = await inParallel(operations, async (operation) => {
    const { deed } = operation;
    if (!deed) return [operation, {}] as const;
    const given = byDeed.get(deed) ?? prepared(machine, deed, works.ways.get(deed)?.way ?? anyRow, room);
    byDeed.set(deed, given);
    return [operation, await given] as const;
  });
  return new Map(pairs);
}

export const singleRights = (registry: Registry, deeds: Iterable<Deed>): string[] => [
  ...new Set([...[...deeds].map(({ permission }) => permission), ...[...registry.resources.keys()].map((name) => `${name}:read`)]),
];
