import { titleOf, type Cube, type Dimension, type Granularity, type Measure } from './model.js';
import type { CubeQuery } from './query.js';

export type Annotations = Readonly<Record<'measures' | 'dimensions' | 'timeDimensions' | 'segments', Readonly<Record<string, object>>>>;

/** Titles, types and formats of what a query selects, as Cube clients expect them beside the data. */
export function annotate(query: CubeQuery, companyCurrency: string): Annotations {
  const { cube } = query;
  const currency = currencyOf(query, companyCurrency);
  const plain = new Set(query.dimensions);
  const axes = query.axes.flatMap(({ dimension, granularity }) => {
    if (!granularity) return [];
    const shown = annotationOf(cube, dimension);
    const bucket: [string, object] = [`${dimension.name}.${granularity}`, { ...shown, granularity: granularityInfo(granularity) }];
    return plain.has(dimension) ? [bucket] : [bucket, [dimension.name, shown] satisfies [string, object]];
  });
  return {
    measures: Object.fromEntries(
      query.measures.map((m) => [m.name, { ...annotationOf(cube, m, currency), ...drillOf(cube, m), additive: m.additive }]),
    ),
    dimensions: Object.fromEntries(query.dimensions.map((d) => [d.name, annotationOf(cube, d, currency)])),
    timeDimensions: Object.fromEntries(axes),
    segments: Object.fromEntries(
      query.segments.map((s) => [s.name, { title: titleOf(cube, s), shortTitle: s.shortTitle, description: s.description }]),
    ),
  };
}

/** What a client may show when a figure is clicked; `drillDown` of the client builds its query from it. */
export const drillOf = (cube: Cube, measure: Measure) => ({
  drillMembers: cube.drillMembers,
  drillMembersGrouped: { measures: measure.format === 'currency' ? [measure.name] : [], dimensions: cube.drillMembers },
});

export const granularityInfo = (name: Granularity) => ({ name, title: name, interval: `1 ${name}`, type: 'built-in' });

function currencyOf({ values }: CubeQuery, companyCurrency: string): string | undefined {
  if (values === 'company') return companyCurrency;
  return values !== 'each' && /^[A-Z]{3}$/.test(values.only) ? values.only : undefined;
}

function annotationOf(cube: Cube, member: Measure | Dimension, currency?: string): object {
  return {
    title: titleOf(cube, member),
    shortTitle: member.shortTitle,
    description: member.description,
    type: 'type' in member ? member.type : 'number',
    ...(member.format ? { format: member.format } : {}),
    ...(member.format === 'currency' && currency ? { currency } : {}),
  };
}
