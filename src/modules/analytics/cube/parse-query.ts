import type { FiscalCalendar } from '#kernel/pure/fiscal.js';
import { isZone } from '#kernel/resource/validators.js';
import { wallClock } from '../domain/wall-clock.js';
import { dimensionAt, granularityAt, measureAt, segmentAt, timeDimensionAt } from './members.js';
import type { Cube, Dimension } from './model.js';
import { parseOrder } from './parse-order.js';
import { echoFilters, parseDateRange, parseFilters, type FilterContext } from './parse-filters.js';
import type { CubeQuery, QueryEcho, QuerySet, QueryType, TimeAxis } from './query.js';
import { quote, refuse } from './refuse.js';
import { booleanAt, integerAt, isObject, listAt, objectAt, oneOf, textAt, type Json } from './shape.js';

const usualLimit = 10_000;
export const highestLimit = 50_000;
const maxQueries = 10;
/** `renewQuery`, `cache`, `queryType` and `castNumerics` are read for the sake of clients and change nothing. */
const queryKeys = [
  'measures',
  'dimensions',
  'timeDimensions',
  'filters',
  'segments',
  'order',
  'limit',
  'rowLimit',
  'offset',
  'total',
  'timezone',
  'responseFormat',
  'ungrouped',
  'renewQuery',
  'cache',
  'queryType',
  'castNumerics',
];

export interface ParseContext {
  readonly cube: Cube;
  readonly now: Date;
  /** Zone of a query that names none. */
  readonly timezone: string;
  /** How the company divides its years. */
  readonly fiscal: FiscalCalendar;
}

/** Reads what a client sent: a query, one with `compareDateRange`, or a list of queries. */
export function parseQuerySet(raw: unknown, context: ParseContext): QuerySet {
  if (Array.isArray(raw)) {
    const list = listAt(raw, '', maxQueries);
    if (list.length === 0) throw refuse('analytics.query_invalid', '', 'The list of queries is empty.');
    return { type: 'blendingQuery', queries: list.map((q, i) => parseQuery(q, `/${i}`, context, 'blendingQuery')) };
  }
  const compared = comparedQueries(raw);
  if (!compared) return { type: 'regularQuery', queries: [parseQuery(raw, '', context, 'regularQuery')] };
  return { type: 'compareDateRangeQuery', queries: compared.map((q) => parseQuery(q, '', context, 'compareDateRangeQuery')) };
}

/** One query a range when a time dimension asks to compare several. */
function comparedQueries(raw: unknown): Json[] | null {
  if (!isObject(raw)) return null;
  const axes = listAt(raw['timeDimensions'], '/timeDimensions', 10);
  const index = axes.findIndex((axis) => isObject(axis) && axis['compareDateRange'] != null);
  const axis = axes[index];
  if (!isObject(axis)) return null;
  const { compareDateRange, dateRange, ...rest } = axis;
  const path = `/timeDimensions/${index}`;
  if (dateRange != null) throw refuse('analytics.query_invalid', path, 'A time dimension has either dateRange or compareDateRange.');
  const ranges = listAt(compareDateRange, `${path}/compareDateRange`, maxQueries);
  if (ranges.length === 0)
    throw refuse('analytics.query_invalid', `${path}/compareDateRange`, 'compareDateRange needs at least one range.');
  // The compared axis comes first: clients read the range from there.
  const others = axes.filter((_, i) => i !== index);
  return ranges.map((range) => ({ ...raw, timeDimensions: [{ ...rest, dateRange: range }, ...others] }));
}

function parseQuery(raw: unknown, path: string, context: ParseContext, queryType: QueryType): CubeQuery {
  const query = parseIn(raw, path, context, queryType);
  const values = valuesIn(query);
  const { perCurrency } = context.cube;
  // Which currency values are in shows only when all is read: then it is read again over the values themselves.
  return perCurrency && values !== 'company' ? { ...parseIn(raw, path, { ...context, cube: perCurrency }, queryType), values } : query;
}

function valuesIn({ cube, dimensions, where }: CubeQuery): CubeQuery['values'] {
  if (dimensions.some((d) => d.name === cube.currency)) return 'each';
  const kept = where.flatMap((c) => (c.kind === 'text' && c.member.name === cube.currency && c.operator === 'equals' ? [c.values] : []));
  const only = kept.find((values) => values.length === 1)?.[0];
  return typeof only === 'string' ? { only } : 'company';
}

function parseIn(raw: unknown, path: string, { cube, now, timezone: usualZone, fiscal }: ParseContext, queryType: QueryType): CubeQuery {
  const query = objectAt(raw, path, queryKeys);
  if (booleanAt(query['ungrouped'], `${path}/ungrouped`)) {
    throw refuse(
      'analytics.query_invalid',
      `${path}/ungrouped`,
      'Ungrouped queries are not offered. Select the dimension opportunities.id to see single facts.',
    );
  }
  const timezone = zoneAt(query['timezone'], `${path}/timezone`, usualZone);
  const context = { cube, now: wallClock(now, timezone), fiscal };
  const measures = unique(listAt(query['measures'], `${path}/measures`, 50).map((m, i) => measureAt(cube, m, `${path}/measures/${i}`)));
  const { dimensions, axes } = parseDimensions(query, path, context);
  if (measures.length + dimensions.length === 0 && !axes.some((axis) => axis.granularity)) {
    throw refuse('analytics.query_invalid', path, 'A query needs at least one measure, dimension or time dimension with a granularity.');
  }
  const segments = unique(listAt(query['segments'], `${path}/segments`, 20).map((s, i) => segmentAt(cube, s, `${path}/segments/${i}`)));
  const parts = {
    cube,
    measures,
    dimensions,
    axes,
    segments,
    ...parseFilters(query['filters'], `${path}/filters`, context),
    order: parseOrder(query['order'], `${path}/order`, { measures, dimensions, axes }),
    values: 'company' as const,
    limit: limitOf(query, path),
    offset: integerAt(query['offset'], `${path}/offset`, 0) ?? 0,
    total: booleanAt(query['total'], `${path}/total`),
    timezone,
    fiscal,
    responseFormat:
      query['responseFormat'] == null
        ? ('default' as const)
        : oneOf(query['responseFormat'], ['default', 'compact', 'columnar'], `${path}/responseFormat`),
  };
  return { ...parts, echo: echoOf(parts, query, queryType) };
}

function parseDimensions(query: Json, path: string, context: FilterContext): { dimensions: Dimension[]; axes: TimeAxis[] } {
  const axes = listAt(query['timeDimensions'], `${path}/timeDimensions`, 10).map((a, i) =>
    parseAxis(a, `${path}/timeDimensions/${i}`, context),
  );
  const { cube } = context;
  const dimensions: Dimension[] = [];
  listAt(query['dimensions'], `${path}/dimensions`, 20).forEach((raw, i) => {
    const at = `${path}/dimensions/${i}`;
    const [source, member, granularity] = textAt(raw, at).split('.');
    if (granularity === undefined) dimensions.push(dimensionAt(cube, raw, at));
    else
      axes.push({ dimension: timeDimensionAt(cube, `${source}.${member}`, at), granularity: granularityAt(granularity, at), range: null });
  });
  return { dimensions: unique(dimensions), axes };
}

function parseAxis(raw: unknown, path: string, context: FilterContext): TimeAxis {
  const axis = objectAt(raw, path, ['dimension', 'granularity', 'dateRange', 'compareDateRange']);
  if (axis['compareDateRange'] != null) {
    throw refuse(
      'analytics.query_invalid',
      `${path}/compareDateRange`,
      'compareDateRange is possible in one time dimension of a single query only.',
    );
  }
  return {
    dimension: timeDimensionAt(context.cube, axis['dimension'], `${path}/dimension`),
    granularity: granularityAt(axis['granularity'], `${path}/granularity`),
    range: axis['dateRange'] == null ? null : parseDateRange(axis['dateRange'], `${path}/dateRange`, context),
  };
}

function zoneAt(raw: unknown, path: string, usual: string): string {
  if (raw === undefined || raw === null) return usual;
  const zone = textAt(raw, path);
  if (isZone(zone) || isZone(canonicalZone(zone))) return zone;
  throw refuse('analytics.timezone_unknown', path, `Unknown time zone ${quote(zone)}. Use an IANA name such as "Europe/Berlin" or "UTC".`);
}

/** `Asia/Kolkata` is a second name of a listed zone; an offset such as `+01:00` is none. */
function canonicalZone(zone: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // Intl throws for every name it does not know: that is its answer.
    return null;
  }
}

function limitOf(query: Json, path: string): number {
  const limit = integerAt(query['limit'], `${path}/limit`, 1) ?? integerAt(query['rowLimit'], `${path}/rowLimit`, 1) ?? usualLimit;
  if (limit > highestLimit)
    throw refuse(
      'analytics.limit_too_high',
      `${path}/limit`,
      `The limit is ${limit}, at most ${highestLimit} is possible. Page with offset.`,
    );
  return limit;
}

function echoOf(query: Omit<CubeQuery, 'echo'>, raw: Json, queryType: QueryType): QueryEcho {
  return {
    measures: query.measures.map((m) => m.name),
    dimensions: query.dimensions.map((d) => d.name),
    timeDimensions: query.axes.map(({ dimension, granularity, range }) => ({
      dimension: dimension.name,
      ...(granularity ? { granularity } : {}),
      ...(range ? { dateRange: range } : {}),
    })),
    filters: echoFilters(raw['filters']),
    segments: query.segments.map((s) => s.name),
    order: query.order.map(({ target, descending }) => ({
      id: target.kind === 'time' ? target.axis.dimension.name : target.member.name,
      desc: descending,
    })),
    timezone: query.timezone,
    limit: query.limit,
    rowLimit: query.limit,
    ...(query.offset > 0 ? { offset: query.offset } : {}),
    ...(query.total ? { total: true as const } : {}),
    ...(query.responseFormat === 'default' ? {} : { responseFormat: query.responseFormat }),
    queryType,
  };
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
