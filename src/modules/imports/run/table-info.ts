import type { FileFormat } from '../read/read-tables.js';
import type { ReadOptions } from '../read/raw-table.js';

/** What was found in a file, or in one sheet or table of it. */
export interface TableInfo {
  /** `accounts.csv`, `book.xlsx#Customers`, `dump.sql#orders`. */
  readonly name: string;
  readonly file: string;
  readonly format: FileFormat;
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Some rows, for who makes a mapping; long cells cut. */
  readonly sample: readonly (readonly string[])[];
  /** How it was told to be read. */
  readonly options?: ReadOptions;
}
