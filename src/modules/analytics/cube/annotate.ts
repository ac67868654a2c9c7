import { fiscalPlace, fiscalYear, type FiscalCalendar } from '#kernel/pure/fiscal.js';
import {
  fiscalUnits,
  isFiscal,
  titleOf,
  type Cube,
  type Dimension,
  type FiscalGranularity,
  type Granularity,
  type Measure,
} from './model.js';
import type { CubeQuery, DataRow } from './query.js';

export type Annotations = Readonly<Record<'measures' | 'dimensions' | 'timeDimensions' | 'segments', Readonly<Record<string, object>>>>;

/** Titles, types and formats of what a query selects, as Cube clients expect them beside the data. */
export function annotate(query: CubeQuery, companyCurrency: string, rows: readonly DataRow[]): Annotations {
  const { cube } = query;
  const currency = currencyOf(query, companyCurrency);
  const plain = new Set(query.dimensions);
  const axes = query.axes.flatMap(({ dimension, granularity }) => {
    if (!granularity) return [];
    const shown = annotationOf(cube, dimension);
    const name = `${dimension.name}.${granularity}`;
    const said = isFiscal(granularity)
      ? {
          labels: labelsOf(
            query.fiscal,
            granularity,
            rows.map((row) => row[name] ?? null),
          ),
        }
      : {};
    const bucket: [string, object] = [name, { ...shown, granularity: granularityInfo(granularity, query.fiscal), ...said }];
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

/** Spans of months come again and again from some day on. Of those of weeks no interval is true of all: the client must not fill in what is missing. */
export function granularityInfo(name: Granularity, fiscal: FiscalCalendar): object {
  if (!isFiscal(name)) return { name, title: name, interval: `1 ${name}`, type: 'built-in' };
  const shown = { name, title: name.replace('_', ' '), type: 'custom' };
  if (fiscal.kind === 'weeks')
    return { ...shown, interval: { fiscal_period: '4 weeks', fiscal_quarter: '13 weeks', fiscal_year: '52 weeks' }[name] };
  const interval = { fiscal_period: '1 month', fiscal_quarter: '3 months', fiscal_year: '1 year' }[name];
  return { ...shown, interval, origin: `${fiscalYear(fiscal, 2000).from}T00:00:00.000` };
}

/** What people call the spans that are in the answer: `FY2027 Q1`. */
function labelsOf(fiscal: FiscalCalendar, granularity: FiscalGranularity, values: readonly (string | null)[]): Record<string, string> {
  return Object.fromEntries(
    [...new Set(values)].flatMap((value) => {
      if (value === null) return [];
      const { year, quarter, period } = fiscalPlace(fiscal, value.slice(0, 10));
      const part = { period: ` P${String(period).padStart(2, '0')}`, quarter: ` Q${quarter}`, year: '' }[fiscalUnits[granularity]];
      return [[value, `FY${year}${part}`]];
    }),
  );
}

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
