import type { Sql } from '#kernel/db/sql.js';

export interface Member {
  /** `opportunities.region`, as queries name it. */
  readonly name: string;
  readonly shortTitle: string;
  readonly description: string;
  /** Fields it is worked out from, `account.name`: who may not see one of them may not ask for it. */
  readonly from: readonly string[];
}

/** Something to group and filter by. */
export interface Dimension extends Member {
  readonly type: 'string' | 'number' | 'time';
  /** A column of the fact. Time dimensions are calendar days. */
  readonly sql: Sql;
  readonly primaryKey?: true;
  readonly format?: MemberFormat;
}

/** A figure over many facts. */
export interface Measure extends Member {
  readonly aggType: 'count' | 'sum' | 'avg' | 'number';
  /** The exact value over a group, a numeric; null where there is nothing to divide by. */
  readonly sql: Sql;
  /** Which facts take part; what a drill-down of this figure shows. All when left out. */
  readonly counts?: Sql;
  /** Parts add up to the whole. */
  readonly additive: boolean;
  readonly format?: MemberFormat;
}

/** A filter with a name. */
export interface Segment extends Member {
  readonly sql: Sql;
}

/** `currency` is in the company's own one; percentages come as 63.15, not 0.6315, so no format of that name fits. */
export type MemberFormat = 'currency' | { readonly type: 'custom-numeric'; readonly value: string };

/** What queries may name. Only what stands here can reach SQL. */
export interface Cube {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The fact table under the alias the members use. */
  readonly from: Sql;
  readonly tenantId: Sql;
  /** Whose fact it is: judged by the reach of the reader. */
  readonly ownerId: Sql;
  /** The record the fact is of: its id, its resource, and the published view that tells its territory. */
  readonly recordId: Sql;
  readonly record: string;
  readonly scopes: Sql;
  /** The dimension that tells currencies apart. */
  readonly currency: string;
  /** The same with each value in its own currency: for queries that group by currency or keep to one. */
  readonly perCurrency?: Cube;
  readonly measures: ReadonlyMap<string, Measure>;
  readonly dimensions: ReadonlyMap<string, Dimension>;
  readonly segments: ReadonlyMap<string, Segment>;
  /** From the whole to the single: the way down of a drill. */
  readonly hierarchies: readonly { readonly name: string; readonly title: string; readonly levels: readonly string[] }[];
  /** Dimensions that show the single facts behind a figure. */
  readonly drillMembers: readonly string[];
}

/** Each granularity with its SQL word: the client's own text never reaches SQL. */
export const granularities = ['day', 'week', 'month', 'quarter', 'year', 'fiscal_period', 'fiscal_quarter', 'fiscal_year'] as const;
export type Granularity = (typeof granularities)[number];

/** Spans the company divides its years into, under the names of their granularities. */
export const fiscalUnits = { fiscal_period: 'period', fiscal_quarter: 'quarter', fiscal_year: 'year' } as const;
export type FiscalGranularity = keyof typeof fiscalUnits;
export const isFiscal = (granularity: Granularity): granularity is FiscalGranularity => Object.hasOwn(fiscalUnits, granularity);

export const byName = <M extends Member>(members: readonly M[]): ReadonlyMap<string, M> => new Map(members.map((m) => [m.name, m]));
export const titleOf = (cube: Cube, member: Member) => `${cube.title} ${member.shortTitle}`;
