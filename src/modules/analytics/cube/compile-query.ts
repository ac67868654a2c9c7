import { fiscalStarts } from '#kernel/pure/fiscal.js';
import { joinSql, sql, trusted, type Sql } from '#kernel/db/sql.js';
import { compileCondition, withinRange } from './compile-filters.js';
import { fiscalUnits, isFiscal, type Cube, type Dimension, type FiscalGranularity, type Granularity } from './model.js';
import type { CubeQuery, Order, TimeAxis } from './query.js';

/** Whose facts the reader may count. */
export type Reader =
  | { readonly kind: 'all'; readonly tenantId: string }
  | {
      readonly kind: 'some';
      readonly tenantId: string;
      readonly users: readonly string[];
      readonly territories: readonly string[];
      /** By whose name deals are shared with the reader. */
      readonly principals: readonly string[];
    }
  | { readonly kind: 'none'; readonly tenantId: string };

export interface CompiledQuery {
  /** Rows with columns c0, c1 … in the order of `members`; numbers as text. */
  readonly rows: Sql;
  /** One row, `total`, when the query asks for it. */
  readonly total: Sql | null;
  /** `opportunities.region`, `opportunities.closeDate.month` … */
  readonly members: readonly string[];
}

const buckets: Readonly<Record<Exclude<Granularity, FiscalGranularity>, Sql>> = {
  day: trusted(`'day'`),
  week: trusted(`'week'`),
  month: trusted(`'month'`),
  quarter: trusted(`'quarter'`),
  year: trusted(`'year'`),
};

/** One statement over the fact table. Only SQL of the model and parameters can be in it. */
export function compileQuery(query: CubeQuery, reader: Reader): CompiledQuery {
  const axes = query.axes.filter((axis) => axis.granularity);
  const keys = [...query.dimensions.map((d) => d.sql), ...axes.map(bucketOf)];
  const columns = [
    ...query.dimensions.map((d) => ({ member: d.name, value: shownDimension(d) })),
    ...axes.map((axis) => ({ member: `${axis.dimension.name}.${axis.granularity}`, value: shownDay(bucketOf(axis)) })),
    ...query.measures.map((m) => ({ member: m.name, value: sql`(${m.sql})::text` })),
  ];
  const source = sourceOf(query, reader, keys);
  return {
    rows: sql`select ${list(columns.map(({ value }, i) => sql`${value} as ${trusted(`c${i}`)}`))}${source}${orderOf(query, keys)} limit ${query.limit} offset ${query.offset}`,
    total: query.total ? sql`select count(*)::int as total from (select 1${source}) g` : null,
    members: columns.map((c) => c.member),
  };
}

function sourceOf(query: CubeQuery, reader: Reader, keys: readonly Sql[]): Sql {
  const conditions = [
    ...wallOf(query.cube, reader),
    ...query.axes.flatMap(({ dimension, range }) => (range ? [withinRange(dimension.sql, range)] : [])),
    ...query.segments.map((s) => s.sql),
    ...query.where.map(compileCondition),
  ];
  const grouping = keys.length > 0 ? sql` group by ${list(keys)}` : trusted('');
  const having = query.having.length > 0 ? sql` having ${joinSql(query.having.map(compileCondition), ' and ')}` : trusted('');
  return sql` from ${query.cube.from}${fiscalSpans(query)} where ${joinSql(conditions, ' and ')}${grouping}${having}`;
}

/** The tenant's own predicate stands beside row-level security: two locks, and the index is used. */
function wallOf(cube: Cube, reader: Reader): Sql[] {
  const tenant = sql`${cube.tenantId} = ${reader.tenantId}`;
  if (reader.kind === 'none') return [tenant, trusted('false')];
  return reader.kind === 'all' ? [tenant] : [tenant, reachedBy(cube, reader)];
}

/** As far as lists of deals reach: by owner, by territory, by shares. What the reader does not need is not asked. */
function reachedBy(cube: Cube, { tenantId, users, territories, principals }: Extract<Reader, { kind: 'some' }>): Sql {
  const arms = [sql`${cube.ownerId} = any(${users}::uuid[])`];
  if (territories.length > 0)
    arms.push(
      sql`${cube.recordId} in (select o.id from ${cube.scopes} o where o.tenant_id = ${tenantId} and o.territory_id = any(${territories}::uuid[]))`,
    );
  if (principals.length > 0)
    arms.push(sql`${cube.recordId} in (select s.record_id from kernel.record_shares s where s.tenant_id = ${tenantId}
      and s.principal_id = any(${principals}::uuid[]) and s.resource = ${cube.record} and (s.until is null or s.until > now()))`);
  return arms.length === 1 ? (arms[0] ?? trusted('false')) : sql`(${joinSql(arms, ' or ')})`;
}

/** The order asked for, then every key, so that equal figures page in the same order each time. */
function orderOf(query: CubeQuery, keys: readonly Sql[]): Sql {
  const asked = query.order.map((order) => sql`${orderKey(order)} ${trusted(order.descending ? 'desc' : 'asc')} nulls last`);
  const all = [...asked, ...keys.map((key) => sql`${key} nulls last`)];
  return all.length > 0 ? sql` order by ${list(all)}` : trusted('');
}

function orderKey({ target }: Order): Sql {
  return target.kind === 'time' ? bucketOf(target.axis) : target.member.sql;
}

function bucketOf({ granularity, dimension }: TimeAxis): Sql {
  if (!granularity) return dimension.sql;
  if (!isFiscal(granularity)) return sql`date_trunc(${buckets[granularity]}, ${dimension.sql}::timestamp)`;
  const starts = trusted(`fiscal.${granularity}`);
  return sql`${starts}[width_bucket(${dimension.sql}, ${starts})]`;
}

/** First days of the company's fiscal spans, once a statement: a bucket is said with the same words wherever it stands. */
function fiscalSpans({ axes, fiscal }: CubeQuery): Sql {
  const wanted = [...new Set(axes.flatMap(({ granularity }) => (granularity && isFiscal(granularity) ? [granularity] : [])))];
  if (wanted.length === 0) return trusted('');
  const columns = wanted.map((name) => sql`${[...fiscalStarts(fiscal, fiscalUnits[name])]}::date[] as ${trusted(name)}`);
  return sql` cross join (select ${list(columns)}) fiscal`;
}

function shownDimension(dimension: Dimension): Sql {
  if (dimension.type === 'time') return shownDay(dimension.sql);
  return dimension.type === 'number' ? sql`(${dimension.sql})::text` : dimension.sql;
}

const shownDay = (day: Sql): Sql => sql`to_char(${day}, 'YYYY-MM-DD"T00:00:00.000"')`;
const list = (parts: readonly Sql[]): Sql => joinSql(parts, ', ');
