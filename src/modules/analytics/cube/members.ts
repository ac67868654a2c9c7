import { granularities, type Cube, type Dimension, type Granularity, type Measure, type Segment } from './model.js';
import { quote, refuse } from './refuse.js';
import { textAt } from './shape.js';

/* Names of the client become members of the model here, or are refused. Maps, not objects: `constructor` is no member. */

export const measureAt = (cube: Cube, name: unknown, path: string): Measure => memberAt(cube.measures, 'measure', name, path);
export const dimensionAt = (cube: Cube, name: unknown, path: string): Dimension => memberAt(cube.dimensions, 'dimension', name, path);
export const segmentAt = (cube: Cube, name: unknown, path: string): Segment => memberAt(cube.segments, 'segment', name, path);

export function timeDimensionAt(cube: Cube, name: unknown, path: string): Dimension {
  const dimension = dimensionAt(cube, name, path);
  if (dimension.type === 'time') return dimension;
  const times = [...cube.dimensions.values()].filter((d) => d.type === 'time').map((d) => d.name);
  throw refuse('analytics.member_unknown', path, `${dimension.name} is no time dimension. Time dimensions: ${times.join(', ')}.`);
}

/** The member of a filter: a dimension, or a measure. */
export function anyMemberAt(cube: Cube, name: unknown, path: string): { measure: Measure } | { dimension: Dimension } {
  const measure = cube.measures.get(textAt(name, path));
  return measure ? { measure } : { dimension: dimensionAt(cube, name, path) };
}

export function granularityAt(value: unknown, path: string): Granularity | null {
  if (value === undefined || value === null) return null;
  const known = granularities.find((g) => g === value);
  if (known) return known;
  throw refuse('analytics.query_invalid', path, `Unknown granularity ${quote(value)}. Granularities: ${granularities.join(', ')}.`);
}

function memberAt<M>(members: ReadonlyMap<string, M>, kind: string, name: unknown, path: string): M {
  const member = members.get(textAt(name, path));
  if (member) return member;
  throw refuse('analytics.member_unknown', path, `Unknown ${kind} ${quote(name)}. Known: ${[...members.keys()].join(', ')}.`);
}
