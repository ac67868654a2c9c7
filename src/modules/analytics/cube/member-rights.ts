import type { Actor } from '#kernel/access/actor.js';
import { refusePaths, withheld } from '#kernel/access/field-rights.js';
import type { Cube, Member } from './model.js';
import type { Condition, CubeQuery } from './query.js';

/** Refuses a query that names, anywhere in it, a member worked out from a field the actor may not see. */
export function refuseMembers(queries: readonly CubeQuery[], actor: Actor): void {
  refusePaths(
    actor,
    queries.flatMap(membersOf).flatMap((member) => member.from),
  );
}

/** What of a cube an actor may ask for. */
export function visibleCube(cube: Cube, actor: Actor): Cube {
  const isVisible = (member: Member) => withheld(actor, member.from).length === 0;
  const only = <M extends Member>(members: ReadonlyMap<string, M>) => new Map([...members].filter(([, member]) => isVisible(member)));
  const dimensions = only(cube.dimensions);
  const hierarchies = cube.hierarchies.map((h) => ({ ...h, levels: h.levels.filter((level) => dimensions.has(level)) }));
  return {
    ...cube,
    measures: only(cube.measures),
    dimensions,
    segments: only(cube.segments),
    hierarchies: hierarchies.filter((h) => h.levels.length > 0),
    drillMembers: cube.drillMembers.filter((name) => dimensions.has(name)),
  };
}

/** Orders name only what is selected. */
const membersOf = ({ measures, dimensions, axes, segments, where, having }: CubeQuery): Member[] => [
  ...measures,
  ...dimensions,
  ...axes.map(({ dimension }) => dimension),
  ...segments,
  ...[...where, ...having].flatMap(membersIn),
];

const membersIn = (condition: Condition): Member[] => ('parts' in condition ? condition.parts.flatMap(membersIn) : [condition.member]);
