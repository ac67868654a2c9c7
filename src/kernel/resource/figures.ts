/**
 * Where the figures of a record that are kept beside it are taken from: `read`: from where they are kept; `changed`: what follows from the record
 * alone is worked out of the row at hand; `new`: all of them are, for a row that has nothing beside it yet.
 */
export type Freshness = 'read' | 'changed' | 'new';

/** One step on the way from a record to what a figure of it is made of: by a reference of its own, or to those that refer to it. */
export interface Step {
  readonly kind: 'up' | 'down';
  /** The resource that has the reference. */
  readonly holder: string;
  readonly ref: string;
}

/** A field that a figure is made of, and the way to it. */
export interface Source {
  readonly resource: string;
  readonly field: string;
  readonly path: readonly Step[];
  /** It is a figure itself that is kept and made of more than its own record. */
  readonly isKept?: true;
}

/** Where a figure is kept: a row for each record, empty ones too, so that the index has all records in the order of the figure. */
export interface Kept {
  readonly table: string;
  readonly cast: string;
  readonly fieldId: string;
  /** What it comes to for the row under an alias. */
  readonly worked: (alias: string, as: Freshness) => string;
}

export interface KeptFigure {
  readonly name: string;
  readonly kept: Kept;
  /** It follows from the record alone: written by the statement that writes the record, and by nothing else. */
  readonly isOwn: boolean;
  /** Fields of the record it is made of. */
  readonly inputs: readonly string[];
}

/** Fields of a resource that figures of other records are made of, or figures of its own that need more than the record. */
export interface Watch {
  /** The reference to the records that have the figures; null: who has them is found by the record itself. */
  readonly by: string | null;
  readonly names: readonly string[];
  /** A new record counts too; by a reference, one that goes as well. */
  readonly onCreate: boolean;
}

/** What a resource has to do with figures that are kept. */
export interface Figures {
  readonly kept: readonly KeptFigure[];
  readonly watched: readonly Watch[];
}

/** Told in the transaction of the write whenever figures of other records are out of date by it. */
export const figuresStaleEvent = 'customization.figures_stale';
