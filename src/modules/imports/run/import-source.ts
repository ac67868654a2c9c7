import type { Resource } from '#kernel/resource/define-resource.js';
import type { Mapping } from '../domain/mapping.js';
import type { Position } from '../import/import-run.resource.js';
import type { TableInfo } from './table-info.js';
import type { Transact } from './transact.js';

/** `dry`: everything but writing. */
export type Phase = 'dry' | 'run';

/** What an import reads: its mapping, its tables, and the moment it began. */
export interface ImportSource {
  readonly importId: string;
  readonly phase: Phase;
  readonly mapping: Mapping;
  readonly tables: readonly TableInfo[];
  /** What is imported, as it is defined now. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly startedAt: Date;
  readonly startedById: string | null;
  /** The system whose values it may bring. */
  readonly speaksFor: string | null;
  readonly position: Position;
  readonly transact: Transact;
}

/** The table a mapping means by a name: `book.xlsx` is the first sheet of that book. */
export const tableNamed = (tables: readonly TableInfo[], name: string): TableInfo | undefined =>
  tables.find((table) => table.name === name) ?? tables.find((table) => table.file === name);
