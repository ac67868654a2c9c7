import type { JsonValue } from '#kernel/pure/json.js';
import type { StepMode } from '../mapping.js';

/** A row of another resource, found by fields that name it: templates with `{column}`, or rows of a third resource. */
export interface StoredLookup {
  readonly resource: string;
  readonly by: Readonly<Record<string, string | StoredLookup>>;
}

export interface StoredColumn {
  /** A column, several of which the first with a value counts, or a template with `{column}`. */
  readonly from: string | readonly string[];
  /** A field, a part of one (`address.city`, `amount.currency`), or `createdAt`, `updatedAt`, `createdBy` and `updatedBy`. */
  readonly to: string;
  /** `trim`-like words, some with an argument: `date:m/d/yyyy`, `decimal:,`, `money:EUR`, `phone:DE`. */
  readonly transform?: readonly string[];
  /** What the words of the other system mean here. */
  readonly valueMap?: Readonly<Record<string, JsonValue>>;
  /** What a word becomes that is not in `valueMap`; without it such a word is an error. */
  readonly otherwise?: JsonValue;
  /** `reject`, the row, when left out; `empty`: the field only. Either way it is listed. */
  readonly onError?: 'reject' | 'empty';
  readonly lookup?: StoredLookup;
  /** Only for rows in which another column says one of these. */
  readonly onlyIf?: { readonly column: string; readonly is: readonly string[] };
}

export interface StoredStep {
  readonly name: string;
  readonly resource: string;
  readonly file?: string;
  /** Rows that the mapping itself brings. */
  readonly rows?: readonly Readonly<Record<string, string>>[];
  /** Fields that find a record that is there already. */
  readonly match: readonly string[];
  readonly mode?: Exclude<StepMode, 'link'> | 'link_only';
  readonly duplicates?: 'reject' | 'skip' | 'update';
  /** The rows of the file may name the same thing several times; it is taken once. */
  readonly distinct?: boolean;
  /** Only rows with something in this column. */
  readonly when?: string;
  readonly reason?: string;
  readonly columns: readonly StoredColumn[];
  /** Values by field for what no column gives; `@me` is who started the import. */
  readonly defaults?: Readonly<Record<string, JsonValue>>;
}

export interface StoredFile {
  readonly name: string;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly header?: readonly string[];
  readonly optional?: boolean;
}

/** How a company reads the files of another system: JSON, kept with it and changed by it. */
export interface StoredMapping {
  /** Numbers and days where a transform does not say: `en-US`, `de-DE`. */
  readonly locale?: string;
  readonly zone?: string;
  /** Country of telephone numbers without a country code. */
  readonly country?: string;
  /** Whether created records start nothing (mails, journeys); true when left out. */
  readonly silent?: boolean;
  readonly files: readonly StoredFile[];
  readonly steps: readonly StoredStep[];
}

export interface Problem {
  /** JSON pointer into the mapping. */
  readonly path: string;
  readonly message: string;
}
