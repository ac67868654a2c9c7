import type { Resource } from '#kernel/resource/define-resource.js';
import type { Column, ExportedRow } from '../list/columns.js';
import { writeCsv } from './csv.js';
import { writeJsonLines } from './json-lines.js';
import { writeParquet } from './parquet.js';
import { writeXlsx } from './xlsx.js';

export interface Table {
  readonly resource: Resource;
  readonly columns: readonly Column[];
  readonly pages: () => AsyncGenerator<readonly ExportedRow[]>;
}

/** A format that goes out as it is made, or one that is a whole file first. */
export type Format =
  | {
      readonly kind: 'stream';
      readonly mediaType: string;
      readonly ending: string;
      readonly write: (table: Table) => AsyncGenerator<string>;
    }
  | {
      readonly kind: 'file';
      readonly mediaType: string;
      readonly ending: string;
      readonly write: (table: Table, path: string) => Promise<void>;
    };

export const formatNames = ['csv', 'jsonl', 'xlsx', 'parquet'] as const;
export type FormatName = (typeof formatNames)[number];

export const formats: Readonly<Record<FormatName, Format>> = {
  csv: { kind: 'stream', mediaType: 'text/csv; charset=utf-8; header=present', ending: 'csv', write: writeCsv },
  jsonl: { kind: 'stream', mediaType: 'application/x-ndjson; charset=utf-8', ending: 'jsonl', write: writeJsonLines },
  xlsx: {
    kind: 'file',
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ending: 'xlsx',
    write: writeXlsx,
  },
  parquet: { kind: 'file', mediaType: 'application/vnd.apache.parquet', ending: 'parquet', write: writeParquet },
};

export const formatNamed = (name: unknown): FormatName | undefined => formatNames.find((one) => one === name);

/** Most rows of a file that is written in the background; a sheet has room for no more, its header included. */
export const mostRowsOf = (name: FormatName): number => (name === 'xlsx' ? 1_048_575 : 5_000_000);
