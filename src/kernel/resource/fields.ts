import type { Freshness, Kept, Source } from './figures.js';
import type { JsonValue } from '#kernel/pure/json.js';
import type { Deprecation } from './deprecation.js';

export interface Money {
  /** A decimal string, never a float. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
}

/** Wall-clock time in a zone: the plan stays put when the zone's rules change. `local` is `2026-03-02T09:00:00`. */
export interface ZonedPlan {
  readonly local: string;
  readonly zone: string;
}

export interface Address {
  readonly street?: string | null;
  readonly postalCode?: string | null;
  readonly city?: string | null;
  readonly region?: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | null;
}

export interface FieldOptions {
  /** The row cannot be without it. */
  readonly required?: true;
  /** Shown in OpenAPI, SDL and import screens. */
  readonly description?: string;
  /** `system`: only commands write it; CRUD input cannot even name it. */
  readonly writer?: 'input' | 'system';
  /** Written when input leaves the field out. */
  readonly default?: JsonValue;
  /** Part of the resource's text search (`filter: { search: … }`). */
  readonly search?: true;
  /** No two rows of a tenant share a value. Violations answer `<resource>.<field>_taken`. */
  readonly unique?: true;
  /** Readable only at creation by commands, never through the API: hashes, secrets. */
  readonly hidden?: true;
  /** Tells of a person: audit keeps its values under a key of the record, and whoever deletes the key erases them. */
  readonly personal?: true;
  /** Whoever reads it is noted in the audit. */
  readonly sensitive?: true;
  /** A text of the company that it may have in several languages: readers get it in theirs. The resource has a field `translations`. */
  readonly translatable?: true;
  /** An index serves filters and orders on this field. Refs are always indexed. */
  readonly index?: true;
  /** Bounds of numbers and of lists. */
  readonly min?: number;
  readonly max?: number;
  /** Of refs: the list given to the target, and what happens to this row when the target goes. */
  readonly inverse?: string;
  readonly onDelete?: 'restrict' | 'cascade' | 'set_null';
  /** Of refs in the input of a command: who names the row need not be able to read it, and is told nothing of it. */
  readonly unread?: true;
  /** The system its values come from: who is neither that nor an import it has started does not write it. */
  readonly sourceOwner?: string;
  /** It will go. Not for what input must name. */
  readonly deprecated?: Deprecation;
  /** GraphQL type of an object. */
  readonly name?: string;
  /**
   * Fields this is a copy or a value of, `price_list.currency`: who may not see those does not see this either. In inputs and
   * outputs of verbs it stands beside the field of the same name of their noun, which counts by itself.
   */
  readonly of?: readonly string[];
}

export type ValueKind =
  | 'text'
  | 'longText'
  | 'email'
  | 'phone'
  | 'url'
  | 'choice'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'money'
  | 'date'
  | 'instant'
  | 'plan'
  | 'address'
  | 'ref'
  | 'json';
/** `list` and `object` exist in the inputs and outputs of commands only, not in tables. */
export type FieldKind = ValueKind | 'list' | 'object';

/** Where the value of a field that a tenant defined comes from. */
export type Stored =
  /** A member of the row's column `custom`. */
  | {
      readonly in: 'custom';
      readonly key: string;
      /** Kept beside it as a narrow row that an index serves. */
      readonly index?: FieldIndex;
      /** Numbered by itself when the row is made. */
      readonly series?: NumberSeries;
    }
  /** Nowhere: worked out from the row under an alias whenever it is read; or beside the row, where it is kept. */
  | {
      readonly in: 'formula';
      readonly sql: (alias: string, as?: Freshness) => string;
      readonly kept?: Kept;
      /** What it is made of, all the way down to what is written or kept. */
      readonly sources?: () => readonly Source[];
      /** Whether it moves by itself: with the day, or with where the company is. */
      readonly isMoving?: () => boolean;
    };

export interface FieldIndex {
  readonly table: string;
  readonly cast: string;
  readonly fieldId: string;
  readonly isUnique: boolean;
  /** Fields of the row: of two rows that differ in one of them, both may have a value. */
  readonly scope?: readonly ScopePart[];
}
/** A field by the member of `custom` or the column it is kept in, whichever there is. */
export interface ScopePart {
  readonly member: string;
  readonly column: string;
}
export interface NumberSeries {
  readonly name: string;
  /** `C-{year}-{00000}`: the year of creation, and as many digits as there are zeros. */
  readonly pattern: string;
}
/** A pure check of one value. */
export interface FieldRule {
  readonly code: string;
  readonly message: string;
  readonly holds: (value: unknown) => boolean;
}

export interface Field<T = unknown, O extends FieldOptions = FieldOptions> {
  readonly kind: FieldKind;
  readonly options: O;
  /** Longest text, in characters. */
  readonly max?: number;
  /** Values of a choice. */
  readonly values?: readonly string[];
  /** Digits after the point of a decimal. */
  readonly scale?: number;
  readonly range?: { readonly min?: number; readonly max?: number };
  /** Resource a ref points to. */
  readonly target?: string;
  /** Name of the list this ref gives the target, `account.contacts`. */
  readonly inverse?: string;
  /** What happens to this row when the target goes. */
  readonly onDelete?: 'restrict' | 'cascade' | 'set_null';
  readonly item?: Field;
  readonly shape?: Fields;
  /** How a field of a tenant's own is kept; absent: in columns of its own. */
  readonly stored?: Stored;
  /** What its values must meet beyond their kind. */
  readonly rules?: readonly FieldRule[];
  /** What a company calls a field of its own, by language, its own first; and the choices of the field. */
  readonly labels?: LabelsByLanguage;
  readonly valueLabels?: Readonly<Record<string, LabelsByLanguage>>;
  /** For inference only; never present at run time. */
  readonly type?: T;
}
export type LabelsByLanguage = Readonly<Record<string, string>>;
export type Fields = Readonly<Record<string, Field>>;

type Opt = FieldOptions;

const field = <T, O extends Opt>(kind: FieldKind, options: O | undefined, more: Omit<Field, 'kind' | 'options'> = {}): Field<T, O> =>
  ({ kind, options: options ?? ({} as O), ...more }) as Field<T, O>;

/** One line of text, at most `max` characters. */
export const text = <const O extends Opt = {}>(max: number, options?: O) => field<string, O>('text', options, { max });
/** Text of several lines, at most 100,000 characters. */
export const longText = <const O extends Opt = {}>(options?: O) => field<string, O>('longText', options, { max: 100_000 });
/** An e-mail address, kept in lower case. */
export const email = <const O extends Opt = {}>(options?: O) => field<string, O>('email', options, { max: 254 });
/** A telephone number, kept as E.164 (`+4930123456`). National numbers are read as German. */
export const phone = <const O extends Opt = {}>(options?: O) => field<string, O>('phone', options, { max: 32 });
/** An http or https address. */
export const url = <const O extends Opt = {}>(options?: O) => field<string, O>('url', options, { max: 2000 });
/** One of a closed list of words. */
export const choice = <const V extends readonly string[], const O extends Opt = {}>(values: V, options?: O) =>
  field<V[number], O>('choice', options, { values });
export const boolean = <const O extends Opt = {}>(options?: O) => field<boolean, O>('boolean', options);
/** A whole number of 32 bits. */
export const integer = <const O extends Opt & { min?: number; max?: number } = {}>(options?: O) =>
  field<number, O>('integer', options, { range: rangeOf(options) });
/** An exact decimal number, a string on the wire and in code. */
export const decimal = <const O extends Opt & { min?: number; max?: number } = {}>(scale = 4, options?: O) =>
  field<string, O>('decimal', options, { scale, range: rangeOf(options) });
/** An exact amount with its currency. */
export const money = <const O extends Opt = {}>(options?: O) => field<Money, O>('money', options, { scale: 4 });
/** A calendar day, `2026-03-02`. */
export const date = <const O extends Opt = {}>(options?: O) => field<string, O>('date', options);
/** A point in time. */
export const instant = <const O extends Opt = {}>(options?: O) => field<Date, O>('instant', options);
/** A planned wall-clock time with its IANA zone. */
export const plan = <const O extends Opt = {}>(options?: O) => field<ZonedPlan, O>('plan', options);
export const address = <const O extends Opt = {}>(options?: O) => field<Address, O>('address', options);
/** Any JSON, at most 100 kB. */
export const json = <T = JsonValue, const O extends Opt = {}>(options?: O) => field<T, O>('json', options);

export interface RefOptions extends FieldOptions {
  readonly inverse?: string;
  readonly onDelete?: 'restrict' | 'cascade' | 'set_null';
}
/** The id of a row of another resource of the same tenant, held by a composite foreign key. Its name ends in `Id`. */
export const ref = <const O extends RefOptions = {}>(target: string, options?: O) =>
  field<string, O>('ref', options, {
    target,
    ...(options?.inverse ? { inverse: options.inverse } : {}),
    onDelete: options?.onDelete ?? 'restrict',
  });

/** Several values; commands only. */
export const list = <F extends Field, const O extends Opt & { max?: number } = {}>(item: F, options?: O) =>
  field<ValueOf<F>[], O>('list', options, { item, max: options?.max ?? 1000 });
/** A nested value; commands only. `name` becomes its GraphQL type. */
export const object = <F extends Fields, const O extends Opt & { name: string } = { name: string }>(shape: F, options: O) =>
  field<InputOf<F>, O>('object', options, { shape });

const rangeOf = (o?: { min?: number; max?: number }) => ({
  ...(o?.min === undefined ? {} : { min: o.min }),
  ...(o?.max === undefined ? {} : { max: o.max }),
});

export type ValueOf<F> = F extends Field<infer T> ? T : never;
type OptionsOf<F> = F extends Field<unknown, infer O> ? O : never;
type IsRequired<F> = OptionsOf<F> extends { required: true } ? true : false;
type HasDefault<F> = OptionsOf<F> extends { default: JsonValue } ? true : false;
type IsSystem<F> = OptionsOf<F> extends { writer: 'system' } ? true : false;

type RequiredKeys<S extends Fields> = {
  [K in keyof S]: IsRequired<S[K]> extends true ? (HasDefault<S[K]> extends true ? never : K) : never;
}[keyof S];
type InputKeys<S extends Fields> = { [K in keyof S]: IsSystem<S[K]> extends true ? never : K }[keyof S];

/** A stored row's own fields: required ones present, others null when empty. */
export type RowFields<S extends Fields> = {
  -readonly [K in keyof S]: IsRequired<S[K]> extends true ? ValueOf<S[K]> : ValueOf<S[K]> | null;
};
/** What creates a row from a command: system fields included. */
export type InputOf<S extends Fields> = { [K in RequiredKeys<S>]: ValueOf<S[K]> } & {
  [K in Exclude<keyof S, RequiredKeys<S>>]?: ValueOf<S[K]> | null | undefined;
};
/** What a client may send to create a row. */
export type ClientInputOf<S extends Fields> = InputOf<Pick<S, InputKeys<S>>>;
export type PatchOf<S extends Fields> = { [K in keyof S]?: ValueOf<S[K]> | (IsRequired<S[K]> extends true ? never : null) | undefined };
