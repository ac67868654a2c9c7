import { annotate, type Annotations } from './annotate.js';
import type { Cell, CubeQuery, DataRow, QueryEcho, QuerySet, QueryType } from './query.js';

type Data =
  | readonly DataRow[]
  | { readonly members: readonly string[]; readonly dataset: Cell[][] }
  | { readonly members: readonly string[]; readonly columns: Cell[][] };

export interface CubeResult {
  readonly query: QueryEcho;
  readonly data: Data;
  readonly annotation: Annotations;
  /** When the facts were last brought up to date. */
  readonly lastRefreshTime: Date;
  /** Number of rows without limit and offset, when the query asks for it. */
  readonly total: number | null;
}

/** What the database said: rows with columns c0, c1 … */
export interface Found {
  /** What the columns are. */
  readonly members: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly total: number | null;
}

export interface Setting {
  readonly currency: string;
  readonly refreshedAt: Date;
}

export function resultOf(type: QueryType, query: CubeQuery, found: Found, setting: Setting): CubeResult {
  const extra = extraMember(type, query);
  const rows = found.rows.map((row) => namedRow(row, found.members, query, extra));
  return {
    query: query.echo,
    data: inFormat(rows, [...namesOf(found.members, query), ...(extra ? [extra.name] : [])], query.responseFormat),
    annotation: annotate(query, setting.currency, rows),
    lastRefreshTime: setting.refreshedAt,
    total: found.total,
  };
}

interface Extra {
  readonly name: string;
  readonly value: (row: DataRow) => Cell;
}

/** Clients tell the parts of a compared or blended answer apart by one more column. */
function extraMember(type: QueryType, { axes: [axis] }: CubeQuery): Extra | null {
  if (type === 'compareDateRangeQuery') return { name: 'compareDateRange', value: () => axis?.range?.join(' - ') ?? null };
  if (type === 'blendingQuery' && axis?.granularity) {
    const member = `${axis.dimension.name}.${axis.granularity}`;
    return { name: `time.${axis.granularity}`, value: (row) => row[member] ?? null };
  }
  return null;
}

/** A bucketed time dimension is given under its short name too, unless that one is selected as well. */
const shortName = (member: string, query: CubeQuery): string | null => {
  const [cube, name, granularity] = member.split('.');
  const short = `${cube}.${name}`;
  return granularity === undefined || query.dimensions.some((d) => d.name === short) ? null : short;
};

function namesOf(members: readonly string[], query: CubeQuery): string[] {
  const shorts = members.map((member) => shortName(member, query)).filter((short) => short !== null);
  return [...new Set([...members, ...shorts])];
}

function namedRow(row: Readonly<Record<string, Cell>>, members: readonly string[], query: CubeQuery, extra: Extra | null): DataRow {
  const named: Record<string, Cell> = {};
  members.forEach((member, i) => {
    const value = row[`c${i}`] ?? null;
    named[member] = value;
    const short = shortName(member, query);
    if (short !== null) named[short] = value;
  });
  if (extra) named[extra.name] = extra.value(named);
  return named;
}

function inFormat(rows: readonly DataRow[], members: readonly string[], format: CubeQuery['responseFormat']): Data {
  if (format === 'compact') return { members, dataset: rows.map((row) => members.map((m) => row[m] ?? null)) };
  if (format === 'columnar') return { members, columns: members.map((m) => rows.map((row) => row[m] ?? null)) };
  return rows;
}

/** What a client lays out its table by. */
export function pivotQuery({ type, queries }: QuerySet): object {
  const [first] = queries;
  if (type !== 'blendingQuery') {
    const dimensions = first?.echo.dimensions ?? [];
    return {
      ...first?.echo,
      ...(type === 'compareDateRangeQuery' ? { dimensions: ['compareDateRange', ...dimensions] } : {}),
      queryType: type,
    };
  }
  const all = (pick: (echo: QueryEcho) => readonly string[]) => [...new Set(queries.flatMap((q) => pick(q.echo)))];
  const granularity = queries.map((q) => q.axes[0]?.granularity).find((g) => g);
  return {
    measures: all((e) => e.measures),
    dimensions: all((e) => e.dimensions),
    timeDimensions: granularity ? [{ dimension: 'time', granularity }] : [],
    queryType: type,
  };
}
