import { conflict } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';
import { step, type Hop } from './step.js';
import { byKind, kindBehind, type Placed } from './surroundings.js';
import type { Tie } from './ties.js';

type End = Omit<Placed, 'distance'>;

interface Search {
  readonly ties: readonly Tie[];
  readonly on: string | null;
  readonly maxDepth: number;
}

/** More records than this are not looked through for one answer. */
export const mostVisited = 10_000;

/** The records seen from one end, each with the hop that led to it. */
interface Side {
  readonly ways: Map<string, Hop | null>;
  readonly depths: Map<string, number>;
  ring: readonly End[];
  depth: number;
}

const sideOf = (end: End): Side => ({ ways: new Map([[end.id, null]]), depths: new Map([[end.id, 0]]), ring: [end], depth: 0 });

/** The fewest hops from one record to the other, in their order; null when there is no way within the depth. Both ends are walked from, the narrower first. */
export async function shortestPath(work: Work, from: End, to: End, search: Search): Promise<readonly Hop[] | null> {
  if (from.id === to.id) return [];
  const [start, goal] = [sideOf(from), sideOf(to)];
  while (start.depth + goal.depth < search.maxDepth) {
    const side = goal.ring.length < start.ring.length ? goal : start;
    if (side.ring.length === 0) return null;
    const other = side === start ? goal : start;
    const met = await widen(work, { side, other, search });
    if (met !== null) return [...wayTo(start, met), ...wayTo(goal, met).reverse().map(reversed)];
  }
  return null;
}

/** One ring further; the record in which both sides meet, where they do. */
async function widen(work: Work, { side, other, search }: { side: Side; other: Side; search: Search }): Promise<string | null> {
  const found = await step(work, { ...search, frontier: byKind(side.ring), most: mostVisited + 1 });
  if (found.length > mostVisited) throw tooWide(search.maxDepth);
  side.depth += 1;
  const ring: End[] = [];
  for (const hop of found) {
    if (side.ways.has(hop.far)) continue;
    side.ways.set(hop.far, hop);
    side.depths.set(hop.far, side.depth);
    ring.push({ id: hop.far, kind: kindBehind(hop) });
  }
  if (side.ways.size + other.ways.size > mostVisited) throw tooWide(search.maxDepth);
  side.ring = ring;
  const meetings = ring.filter(({ id }) => other.ways.has(id)).map(({ id }) => id);
  const depthOf = (id: string) => other.depths.get(id) ?? 0;
  return meetings.reduce<string | null>((best, id) => (best === null || depthOf(id) < depthOf(best) ? id : best), null);
}

function wayTo({ ways }: Side, id: string): Hop[] {
  const hops: Hop[] = [];
  for (let hop = ways.get(id) ?? null; hop !== null; hop = ways.get(hop.near) ?? null) hops.unshift(hop);
  return hops;
}

const reversed = (hop: Hop): Hop => ({ ...hop, isForward: !hop.isForward, near: hop.far, far: hop.near });

const tooWide = (maxDepth: number) =>
  conflict(
    'record.network_too_wide',
    `More than ${mostVisited} records lie within ${maxDepth} hops of these two. Ask for fewer hops, or for a day.`,
    { most: mostVisited, maxDepth },
  );
