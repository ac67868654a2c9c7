import type { Deprecation } from './deprecation.js';
import type { Fields, InputOf, ClientInputOf, LabelsByLanguage, PatchOf, RowFields } from './fields.js';
import type { Figures } from './figures.js';
import { camel, kebab, pascal } from './names.js';

export type Operation = 'list' | 'get' | 'create' | 'update' | 'delete';

/**
 * Which field names the owner: the reaches `own`, `team` and `subtree` are judged by it, `territory` by a field of its own where there
 * is one. `everyone` knows only `all`; where it is `strict`, any other reach reaches nothing, else it is as good as `all`.
 */
export type RecordScope<K extends string = string> =
  { readonly kind: 'owned'; readonly by: K; readonly territory?: K } | { readonly kind: 'everyone'; readonly strict?: true };
export function ownedBy<K extends string>(by: K): RecordScope<K>;
export function ownedBy<const K extends string, const T extends string>(
  by: K,
  more: { readonly territory: T },
): { readonly kind: 'owned'; readonly by: K; readonly territory: T };
export function ownedBy(by: string, more: { readonly territory?: string } = {}): RecordScope {
  return { kind: 'owned', by, ...more };
}
export const everyone: RecordScope<never> = { kind: 'everyone' };

export interface Invariant<S extends Fields> {
  readonly code: string;
  readonly message: string;
  /** JSON pointer to the field it is about, when it is about one. */
  readonly path?: string;
  /** A pure predicate over the row about to be written; a new row has no `id` yet. */
  readonly holds: (row: RowFields<S> & { readonly id?: string }) => boolean;
}

/** From each value of a field, those it may go to. What is empty may become anything, and what has a value is not emptied. */
export interface Moves {
  readonly field: string;
  readonly next: Readonly<Record<string, readonly string[]>>;
}

export interface ResourceSpec<S extends Fields> {
  readonly description: string;
  /** `module.table`, e.g. `sales.leads`. The module is who owns the table. */
  readonly table: string;
  readonly scope: RecordScope<Extract<keyof S, string>> | RecordScope<never>;
  readonly fields: S;
  /** Offered operations; all five when left out. Commands still reach the rest through `work.repo`. */
  readonly operations?: readonly Operation[];
  readonly invariants?: readonly Invariant<S>[];
  /** Changed and deleted only by who names the version he knows (`If-Match`, `expectedVersion`): two people at once would cost money. */
  readonly requireVersion?: true;
  /** Sets of fields no two rows of a tenant share; violations answer `<resource>.<code>`. */
  readonly unique?: readonly { readonly fields: readonly Extract<keyof S, string>[]; readonly code: string }[];
  /** Extra indexes beyond refs, unique sets and `index: true`. */
  readonly indexes?: readonly (readonly (Extract<keyof S, string> | 'createdAt' | 'updatedAt')[])[];
  /** It will go, with all of its routes. */
  readonly deprecated?: Deprecation;
  /** Its rows share a table with those of others: what tells them apart. */
  readonly within?: { readonly column: string; readonly value: string };
  /** The version of the tenant's metadata that it was made of, where it differs from the product's. */
  readonly metadata?: number;
  /** Figures of a tenant's own that are kept, as far as writing its rows has to do with them. */
  readonly figures?: Figures;
  /** What a company calls an object of its own, by language, its own first. */
  readonly labels?: LabelsByLanguage;
  /** What its ids say of it, where that does not follow from its name. */
  readonly code?: number;
  /** What its records do not have, because their company has switched it off. */
  readonly without?: readonly ('timeline' | 'files')[];
  /** A field that goes from value to value only in some ways. */
  readonly moves?: Moves;
  /** May hold millions of rows in a tenant: whole lists of it are filtered and ordered by what an index serves, and refused otherwise. */
  readonly large?: true;
}

export interface Resource<N extends string = string, S extends Fields = Fields> extends Omit<
  ResourceSpec<S>,
  'operations' | 'scope' | 'invariants' | 'unique' | 'indexes'
> {
  readonly name: N;
  readonly module: string;
  readonly scope: RecordScope;
  readonly operations: readonly Operation[];
  readonly invariants: readonly Invariant<Fields>[];
  /* Plain strings: `keyof S` here would make every resource a stranger to `Resource`. */
  readonly unique?: readonly { readonly fields: readonly string[]; readonly code: string }[];
  readonly indexes?: readonly (readonly string[])[];
  /** GraphQL type, `PriceList`. */
  readonly typeName: string;
  /** GraphQL field for one, `priceList`, and for many, `priceLists`. */
  readonly single: string;
  readonly plural: string;
  /** REST path segment, `price-lists`. */
  readonly path: string;
}

/** The one definition of an entity; table, validation, REST, GraphQL, rights and audit are read from it. */
export function defineResource<const N extends string, const S extends Fields>(name: N, spec: ResourceSpec<S>): Resource<N, S> {
  const [module, table] = spec.table.split('.') as [string, string];
  return {
    ...spec,
    name,
    module,
    scope: spec.scope,
    operations: spec.operations ?? ['list', 'get', 'create', 'update', 'delete'],
    invariants: (spec.invariants ?? []) as unknown as readonly Invariant<Fields>[],
    typeName: pascal(name),
    single: camel(name),
    plural: camel(table),
    path: kebab(table),
  };
}

/** Whether tenants may give it fields of their own: what people change. */
export const isExtensible = ({ operations }: Pick<Resource, 'operations'>): boolean => operations.includes('update');

/** Columns every row has. */
export interface BaseRow {
  readonly id: string;
  /** Grows by one with each write; the `ETag` of the row. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type FieldsOf<R> = R extends Resource<string, infer S> ? S : never;
export type Row<R> = BaseRow & RowFields<FieldsOf<R>>;
export type CreateInput<R> = ClientInputOf<FieldsOf<R>>;
/** All fields, those of the system too: what a command may write. `id` may be given (imports). */
export type NewRow<R> = InputOf<FieldsOf<R>> & { id?: string };
export type RowPatch<R> = PatchOf<FieldsOf<R>>;
