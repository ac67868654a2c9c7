/**
 * How far a right reaches. `own`: rows whose owner is the actor. `team`, `subtree`, `territory`: also those of his team and the
 * teams below it, of all who report to him, of his territories and those below; which of these three is wider nobody can say, so
 * several roles may add them up. `all`: every row.
 */
export type Reach =
  'own' | 'team' | 'subtree' | 'territory' | 'team+subtree' | 'team+territory' | 'subtree+territory' | 'team+subtree+territory' | 'all';
export type ReachPart = 'team' | 'subtree' | 'territory';

/** Reaches as sets: one is as wide as another when it has all of its bits. */
const bits: Readonly<Record<Reach, number>> = {
  own: 0b00001,
  team: 0b00011,
  subtree: 0b00101,
  territory: 0b01001,
  'team+subtree': 0b00111,
  'team+territory': 0b01011,
  'subtree+territory': 0b01101,
  'team+subtree+territory': 0b01111,
  all: 0b11111,
};
const names: ReadonlyMap<number, Reach> = new Map(Object.entries(bits).map(([name, set]) => [set, name as Reach]));

export const reaches = [...names.values()];

const setOf = (reach: Reach | null) => (reach === null ? 0 : bits[reach]);
const nameOf = (set: number) => names.get(set) ?? null;

/** The narrowest reach that covers both; null is no right at all. */
export const widest = (a: Reach | null, b: Reach | null): Reach | null => nameOf(setOf(a) | setOf(b));

/** The widest reach that both cover. Of `team` and `territory` that is `own`. */
export const narrowest = (a: Reach | null, b: Reach | null): Reach | null => nameOf(setOf(a) & setOf(b));

export const reachCovers = (have: Reach | null, wanted: Reach | null): boolean => (setOf(have) & setOf(wanted)) === setOf(wanted);

/** Whether `reach` names `part`; `all` names none, it needs none. */
export const hasPart = (reach: Reach, part: ReachPart): boolean => reach !== 'all' && reachCovers(reach, part);

/** A reach somebody has written, its parts in any order; null when it is none. */
export function readReach(value: unknown): Reach | null {
  if (typeof value !== 'string' || value.length > 40) return null;
  if (value === 'all' || value === 'own') return value;
  const parts = value.split('+');
  const known = parts.every((part) => part === 'team' || part === 'subtree' || part === 'territory');
  if (!known || new Set(parts).size < parts.length) return null;
  return parts.reduce<Reach | null>((sum, part) => widest(sum, part), null);
}
