import type { FiscalCalendar } from '#kernel/pure/fiscal.js';
import type { DateRange } from '../domain/date-range.js';
import type { Cube, Dimension, Granularity, Measure, Segment } from './model.js';

/* A query after it was checked: every member is one of the model, every word one of ours. Values are all that is left of the client's text. */

export interface TimeAxis {
  readonly dimension: Dimension;
  readonly granularity: Granularity | null;
  readonly range: DateRange | null;
}

export type TextOperator =
  'equals' | 'notEquals' | 'contains' | 'notContains' | 'startsWith' | 'notStartsWith' | 'endsWith' | 'notEndsWith';
export type NumberOperator = 'equals' | 'notEquals' | 'gt' | 'gte' | 'lt' | 'lte';
export type DateOperator =
  'equals' | 'notEquals' | 'inDateRange' | 'notInDateRange' | 'beforeDate' | 'beforeOrOnDate' | 'afterDate' | 'afterOrOnDate';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'text'; readonly member: Dimension; readonly operator: TextOperator; readonly values: readonly (string | null)[] }
  | {
      readonly kind: 'number';
      readonly member: Dimension | Measure;
      readonly operator: NumberOperator;
      readonly values: readonly (string | null)[];
    }
  | { readonly kind: 'date'; readonly member: Dimension; readonly operator: DateOperator; readonly range: DateRange }
  | { readonly kind: 'presence'; readonly member: Dimension | Measure; readonly present: boolean }
  /** Only the facts that take part in a measure: what a drill-down asks for. */
  | { readonly kind: 'counted'; readonly member: Measure };

export interface Order {
  readonly target:
    | { readonly kind: 'measure'; readonly member: Measure }
    | { readonly kind: 'dimension'; readonly member: Dimension }
    | { readonly kind: 'time'; readonly axis: TimeAxis };
  readonly descending: boolean;
}

export interface CubeQuery {
  readonly cube: Cube;
  readonly measures: readonly Measure[];
  readonly dimensions: readonly Dimension[];
  readonly axes: readonly TimeAxis[];
  readonly segments: readonly Segment[];
  /** Conditions on facts, before grouping. */
  readonly where: readonly Condition[];
  /** Conditions on figures, after grouping. */
  readonly having: readonly Condition[];
  readonly order: readonly Order[];
  /** What values are in: the company's currency, one the query names, or each in its own. */
  readonly values: 'company' | 'each' | { readonly only: string };
  readonly limit: number;
  readonly offset: number;
  readonly total: boolean;
  readonly timezone: string;
  /** How the company divides its years. */
  readonly fiscal: FiscalCalendar;
  readonly responseFormat: 'default' | 'compact' | 'columnar';
  /** The query as it was understood, in Cube's normalised form: sent back with the answer. */
  readonly echo: QueryEcho;
}

export interface QueryEcho {
  readonly measures: readonly string[];
  readonly dimensions: readonly string[];
  readonly timeDimensions: readonly { readonly dimension: string; readonly granularity?: string; readonly dateRange?: DateRange }[];
  readonly filters: readonly unknown[];
  readonly segments: readonly string[];
  readonly order: readonly { readonly id: string; readonly desc: boolean }[];
  readonly timezone: string;
  readonly limit: number;
  readonly rowLimit: number;
  readonly offset?: number;
  readonly total?: true;
  readonly responseFormat?: 'compact' | 'columnar';
  readonly queryType: QueryType;
}

export type QueryType = 'regularQuery' | 'compareDateRangeQuery' | 'blendingQuery';
/** One request: a query, one with several date ranges, or several to be shown together. */
export interface QuerySet {
  readonly type: QueryType;
  readonly queries: readonly CubeQuery[];
}

export type Cell = string | null;
/** Numbers are text, so that no digit is lost. */
export type DataRow = Readonly<Record<string, Cell>>;
