import type { JsonValue } from '#kernel/pure/json.js';

/** How days are written. `iso` takes the day of a date with or without a time; `us` and `eu` take what is usual there, and that too. */
export type DayFormat =
  'm/d/yyyy' | 'm/d/yy' | 'd.m.yyyy' | 'd.m.yy' | 'd/m/yyyy' | 'd/m/yy' | 'yyyy-mm-dd' | 'yyyy/mm/dd' | 'yyyymmdd' | 'iso' | 'us' | 'eu';

/** One step of turning a cell into a value. */
export type Transform =
  | { readonly do: 'date'; readonly format: DayFormat }
  /** A day with a time of day on the clocks of a zone; a cell that says its own zone keeps it. */
  | { readonly do: 'instant'; readonly format: DayFormat; readonly zone: string }
  /** Days since the last day of 1899, or since the first of 1904, as spreadsheets count them. */
  | { readonly do: 'serial'; readonly system: '1900' | '1904' }
  | { readonly do: 'startOfDay' }
  | { readonly do: 'decimal'; readonly mark: '.' | ',' }
  | { readonly do: 'integer' }
  | { readonly do: 'boolean' }
  | { readonly do: 'scale'; readonly by: string }
  | { readonly do: 'round'; readonly digits: number }
  | { readonly do: 'money'; readonly currency: string }
  | { readonly do: 'phone'; readonly country: string }
  | { readonly do: 'email' }
  /** An address of the web; `https://` is put in front where there is no scheme. */
  | { readonly do: 'url' }
  | { readonly do: 'lower' }
  | { readonly do: 'upper' }
  | { readonly do: 'slug' }
  /** One word of several: the first, the last, or all but the last. */
  | { readonly do: 'word'; readonly which: 'first' | 'last' | 'butLast' }
  | { readonly do: 'cut'; readonly max: number }
  /** Takes a text out wherever it stands: `$`, ` EUR`. */
  | { readonly do: 'remove'; readonly text: string }
  | { readonly do: 'append'; readonly text: string }
  | { readonly do: 'prepend'; readonly text: string }
  | { readonly do: 'part'; readonly of: string }
  /** A choice by its name, or by what people call it; `named` has the names for what is written plainly. */
  | { readonly do: 'option'; readonly values: readonly string[]; readonly named: Readonly<Record<string, readonly string[]>> }
  /** Translates; a word that is missing is an error, unless `otherwise` says what it becomes. */
  | { readonly do: 'words'; readonly words: Readonly<Record<string, JsonValue>>; readonly otherwise?: JsonValue };

/** A row of another resource, found by fields that name it. */
export interface Reference {
  readonly resource: string;
  readonly by: Readonly<Record<string, CellSource | Reference>>;
}

/** A template, `{column}` standing for a cell, with what is done to it. */
export interface CellSource {
  readonly from: string;
  readonly transforms?: readonly Transform[];
}

/** Where the value of a field comes from. */
export type Source =
  /** `orEmpty`: a cell that makes no sense leaves the field empty instead of the row out. */
  | (CellSource & { readonly orEmpty?: true })
  | { readonly constant: JsonValue }
  | { readonly reference: Reference }
  /** Whoever started the import. */
  | { readonly me: true }
  /** Only for rows in which a column says one of these. */
  | { readonly only: { readonly column: string; readonly is: readonly string[] }; readonly source: Source }
  /** A value of several parts (an address, an amount with its currency), each from a source of its own. */
  | { readonly parts: Readonly<Record<string, Source>> }
  /** The moment the import began: written when the row is made and left alone afterwards. */
  | { readonly now: true }
  /** The first of several that has a value. */
  | { readonly firstOf: readonly Source[] };

export type Severity = 'info' | 'warning' | 'error';

export interface ColumnRule {
  /** Values known to be wrong, with what is meant. Each use is reported. */
  readonly corrections?: Readonly<Record<string, string>>;
  /** Reported for each empty cell. */
  readonly whenEmpty?: { readonly severity: Severity; readonly done: string };
}

export interface FileSpec {
  readonly name: string;
  /** Columns the file must have; others are ignored. */
  readonly columns: Readonly<Record<string, ColumnRule>>;
  /** How it is read, where it does not say so itself. */
  readonly read?: { readonly encoding?: string; readonly delimiter?: string; readonly header?: readonly string[] };
  /** It may be missing: its steps are left out. */
  readonly optional?: true;
}

export type StepMode = 'create' | 'upsert' | 'update' | 'link' | 'report';

/** Rows of one file (or of the mapping itself) become rows of one resource. */
export interface Step {
  readonly name: string;
  readonly resource: string;
  /** Key in `files`. */
  readonly file?: string;
  /** Rows that need no file. */
  readonly rows?: readonly Readonly<Record<string, string>>[];
  /** Fields that find a row imported before. */
  readonly key: readonly string[];
  /** Several rows of the file may name the same thing; it is taken once. */
  readonly distinct?: true;
  /** Only rows with something in this column. */
  readonly when?: string;
  /** `upsert` when left out. `link` changes rows of an earlier step and makes none; `report` has no home for its rows and says so of each. */
  readonly mode?: StepMode;
  /** Of `create`, where the key is taken already, and of a key that comes again in the file: what becomes of the later row. `reject` when left out. */
  readonly duplicates?: 'reject' | 'skip' | 'update';
  /** Of `report`: why the rows are not imported. */
  readonly reason?: string;
  /** When the rows were made and last changed in the other system. */
  readonly history?: { readonly createdAt?: Source; readonly updatedAt?: Source };
  /** Who made and last changed them there: users here, by a reference, an e-mail address or an id. */
  readonly authors?: { readonly createdBy?: AuthorSource; readonly updatedBy?: AuthorSource };
  /** Of a second pass over rows that bring dates or authors: the link it sets does not make them younger. */
  readonly keepsDates?: true;
  readonly set: Readonly<Record<string, Source>>;
}

export interface AuthorSource {
  readonly source: Source;
  /** An author nobody knows leaves the row out, instead of being left empty. */
  readonly strict?: true;
}

/** Something to say about the files as a whole, once they are in. */
export type Check = UnusedCheck | CurrencyCheck;

export interface UnusedCheck {
  /** Values of one column that never occur in another. */
  readonly kind: 'unused';
  readonly file: string;
  readonly column: string;
  readonly by: { readonly file: string; readonly column: string };
  readonly severity: Severity;
  readonly message: string;
}

export interface CurrencyCheck {
  /** Amounts of a step in another currency than the company's: said once a currency. */
  readonly kind: 'currency';
  readonly step: string;
  readonly field: string;
  readonly severity: Severity;
  /** What such amounts mean for the reader, and what he can do. */
  readonly message: string;
}

/** How the files of another system become rows here. Data only: the engine knows no particular file. */
export interface Mapping {
  readonly name: string;
  readonly description: string;
  readonly files: Readonly<Record<string, FileSpec>>;
  /** In the order of dependence. */
  readonly steps: readonly Step[];
  readonly checks: readonly Check[];
  /** False: rows that are created tell of themselves, as if somebody had made them by hand. */
  readonly silent?: false;
}

/** Whether its rows start nothing that is not a picture of them. */
export const isSilent = ({ silent }: Pick<Mapping, 'silent'>): boolean => silent !== false;

export const column = (name: string, ...transforms: Transform[]): CellSource => ({ from: `{${name}}`, transforms });
export const template = (from: string, ...transforms: Transform[]): CellSource => ({ from, transforms });
export const orEmpty = (source: CellSource): Source => ({ ...source, orEmpty: true });
export const constant = (value: JsonValue): Source => ({ constant: value });
export const reference = (resource: string, by: Reference['by']): Reference => ({ resource, by });
export const link = (to: Reference): Source => ({ reference: to });
export const firstOf = (...sources: Source[]): Source => ({ firstOf: sources });
export const now: Source = { now: true };

export const partsFrom = (parts: Readonly<Record<string, Source>>): Source => ({ parts });
export const day = (format: DayFormat): Transform => ({ do: 'date', format });
export const startOfDay: Transform = { do: 'startOfDay' };
export const decimal = (mark: '.' | ','): Transform => ({ do: 'decimal', mark });
export const integer: Transform = { do: 'integer' };
export const scale = (by: string): Transform => ({ do: 'scale', by });
export const money = (currency: string): Transform => ({ do: 'money', currency });
export const lower: Transform = { do: 'lower' };
export const slug: Transform = { do: 'slug' };
export const append = (text: string): Transform => ({ do: 'append', text });
export const part = (of: string): Transform => ({ do: 'part', of });
export const prepend = (text: string): Transform => ({ do: 'prepend', text });
export const phone = (country: string): Transform => ({ do: 'phone', country });
export const word = (which: 'first' | 'last' | 'butLast'): Transform => ({ do: 'word', which });
export const round = (digits: number): Transform => ({ do: 'round', digits });
export const words = (map: Readonly<Record<string, JsonValue>>, otherwise?: JsonValue): Transform => ({
  do: 'words',
  words: map,
  ...(otherwise === undefined ? {} : { otherwise }),
});
