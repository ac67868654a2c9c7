import type { Resource } from '../resource/define-resource.js';
import type { Inverse } from '../resource/registry.js';
import type { Val } from './values.js';

/** What a read asks for, whichever transport it came by. `key` is the name in the answer. */
export interface ObjectSelection {
  readonly resource: Resource;
  readonly items: readonly ObjectItem[];
}

export type BaseField = 'id' | 'version' | 'createdAt' | 'updatedAt';
export interface Constant {
  readonly kind: 'constant';
  readonly key: string;
  readonly value: string;
}
export interface Part {
  readonly key: string;
  readonly part: string | Constant;
}

export type ObjectItem =
  | Constant
  | { readonly kind: 'base'; readonly key: string; readonly name: BaseField }
  | { readonly kind: 'field'; readonly key: string; readonly name: string; readonly parts?: readonly Part[] }
  /** What the caller may do to the row: names of verbs. */
  | { readonly kind: 'can'; readonly key: string }
  /** What other systems call the record; parts are `system` and `externalId`. */
  | { readonly kind: 'names'; readonly key: string; readonly parts: readonly Part[] }
  | { readonly kind: 'one'; readonly key: string; readonly refField: string; readonly selection: ObjectSelection }
  | { readonly kind: 'many'; readonly key: string; readonly inverse: Inverse; readonly list: ListSelection };

export interface PageArgs {
  readonly filter?: Val;
  readonly orderBy?: Val;
  readonly first?: Val;
  readonly after?: Val;
  readonly last?: Val;
  readonly before?: Val;
}

export interface ListSelection {
  readonly resource: Resource;
  readonly page: PageArgs;
  readonly items: readonly ListItem[];
}

export type EdgeItem =
  | Constant
  | { readonly kind: 'node'; readonly key: string; readonly selection: ObjectSelection }
  | { readonly kind: 'cursor'; readonly key: string };
export type PageInfoField = 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor';
export type PageInfoItem = Constant | { readonly kind: 'info'; readonly key: string; readonly name: PageInfoField };
export type AggregateFunction = 'sum' | 'avg' | 'min' | 'max';
export interface AggregateField {
  readonly key: string;
  readonly name: string;
  readonly parts?: readonly Part[];
}
export type AggregateItem =
  | Constant
  | { readonly kind: 'count'; readonly key: string }
  | {
      readonly kind: 'function';
      readonly key: string;
      readonly fn: AggregateFunction;
      readonly fields: readonly (AggregateField | Constant)[];
    };

export type ListItem =
  | Constant
  | { readonly kind: 'nodes'; readonly key: string; readonly selection: ObjectSelection }
  | { readonly kind: 'edges'; readonly key: string; readonly items: readonly EdgeItem[] }
  | { readonly kind: 'pageInfo'; readonly key: string; readonly items: readonly PageInfoItem[] }
  | { readonly kind: 'totalCount'; readonly key: string }
  | { readonly kind: 'aggregate'; readonly key: string; readonly items: readonly AggregateItem[] }
  | ({ readonly kind: 'groups'; readonly key: string } & GroupsSelection);

export type GroupItem = AggregateItem | { readonly kind: 'keys'; readonly key: string };
/** Figures by the values of some fields. */
export interface GroupsSelection {
  readonly by: Val;
  readonly first?: Val;
  readonly items: readonly GroupItem[];
}

/** One entry point of a read. */
export type RootSelection =
  | Constant
  | { readonly kind: 'list'; readonly key: string; readonly list: ListSelection }
  | { readonly kind: 'one'; readonly key: string; readonly id: Val; readonly selection: ObjectSelection }
  | ({ readonly kind: 'nodes'; readonly key: string } & NodesSelection)
  | { readonly kind: 'nothing'; readonly key: string };

/** Rows of any resources by their ids: what is asked of each resource that occurs among them. */
export interface NodesSelection {
  readonly ids: Val;
  readonly count: number;
  readonly selections: readonly ObjectSelection[];
}
