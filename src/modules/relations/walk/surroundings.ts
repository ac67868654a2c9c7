import type { Work } from '#kernel/usecase/work.js';
import { step, type Hop } from './step.js';
import type { Tie } from './ties.js';

export interface Placed {
  readonly id: string;
  readonly kind: string;
  readonly distance: number;
}

export interface Surroundings {
  readonly records: readonly Placed[];
  readonly hops: readonly Hop[];
  /** Whether nothing was left out because there is too much of it. */
  readonly isComplete: boolean;
}

interface Bounds {
  readonly ties: readonly Tie[];
  readonly on: string | null;
  readonly depth: number;
  readonly limit: number;
}

const mostHops = 2_000;

/** A record and what hangs together with it, ring by ring. */
export async function surroundings(work: Work, start: Omit<Placed, 'distance'>, { ties, on, depth, limit }: Bounds): Promise<Surroundings> {
  const records = new Map<string, Placed>([[start.id, { ...start, distance: 0 }]]);
  const hops = new Map<string, Hop>();
  let isComplete = true;
  for (let distance = 1; distance <= depth; distance++) {
    const ring = [...records.values()].filter((record) => record.distance === distance - 1);
    const most = mostHops + 1;
    const found = await step(work, { ties, frontier: byKind(ring), on, most });
    if (found.length === most) isComplete = false;
    for (const hop of found) {
      if (hops.has(hopKey(hop))) continue;
      if (!records.has(hop.far) && records.size <= limit) records.set(hop.far, { id: hop.far, kind: kindBehind(hop), distance });
      if (records.has(hop.far) && hops.size < mostHops) hops.set(hopKey(hop), hop);
      else isComplete = false;
    }
  }
  return { records: [...records.values()], hops: [...hops.values()], isComplete };
}

/** A tie is the same from both of its sides. */
const hopKey = ({ tie, holderId }: Hop) => `${tie.name} ${holderId}`;

export const kindBehind = ({ tie, isForward }: Hop): string => (isForward ? tie.far : tie.near).name;

export function byKind(records: readonly Omit<Placed, 'distance'>[]): ReadonlyMap<string, readonly string[]> {
  const kinds = Map.groupBy(records, ({ kind }) => kind);
  return new Map([...kinds].map(([kind, list]) => [kind, list.map(({ id }) => id)]));
}
