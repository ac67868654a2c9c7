import { reachOf, type Permissions, type Reach } from '#kernel/access/actor.js';

const rank: Readonly<Record<Reach, number>> = { own: 1, team: 2, all: 3 };
const reaches: readonly (Reach | null)[] = [null, 'own', 'team', 'all'];
const rankOf = (reach: Reach | null) => (reach === null ? 0 : rank[reach]);

export const isReach = (value: unknown): value is Reach => value === 'own' || value === 'team' || value === 'all';

/** Everything any of the roles allows: for each right the widest reach. */
export const union = (roles: readonly Permissions[]): Permissions => roles.reduce((a, b) => combine(a, b, Math.max), {});

/** What both allow: for each right the narrower reach. A key has what its maker has and it was given. */
export const intersection = (a: Permissions, b: Permissions): Permissions => combine(a, b, Math.min);

/** Whether `have` allows all that `wanted` allows, as widely. */
export const covers = (have: Permissions, wanted: Permissions): boolean => beyond(have, wanted).length === 0;

/** The entries of `wanted` that reach further than `have`; empty when nothing does. */
export function beyond(have: Permissions, wanted: Permissions): string[] {
  return entriesOf(have, wanted).filter((entry) => rankOf(reachOf(wanted, entry)) > rankOf(reachOf(have, entry)));
}

/** The same text for the same rights, in whatever order they were written: what plans of the read path are kept under. */
export function shapeText(permissions: Permissions): string {
  return Object.entries(permissions)
    .map(([entry, reach]) => `${entry}=${reach}`)
    .sort()
    .join(' ');
}

function combine(a: Permissions, b: Permissions, pick: (x: number, y: number) => number): Permissions {
  const result: Record<string, Reach> = {};
  for (const entry of entriesOf(a, b)) {
    const reach = reaches[pick(rankOf(reachOf(a, entry)), rankOf(reachOf(b, entry)))];
    if (reach) result[entry] = reach;
  }
  return result;
}

/**
 * Entries of both, and where `lead:*` of one meets `*:read` of another, `lead:read` itself: there neither entry is
 * more exact for both sides, so the answer has to be spelled out.
 */
function entriesOf(a: Permissions, b: Permissions): string[] {
  const entries = new Set([...Object.keys(a), ...Object.keys(b)]);
  const nouns = [...entries].filter((entry) => entry.endsWith(':*')).map((entry) => entry.slice(0, -2));
  const verbs = [...entries].filter((entry) => entry.startsWith('*:')).map((entry) => entry.slice(2));
  for (const noun of nouns) for (const verb of verbs) entries.add(`${noun}:${verb}`);
  return [...entries];
}
