import type { Bytes } from './encoding.js';
import { encodingOf, textOf } from './encoding.js';
import { delimiterOf, readCsv } from './read-csv.js';
import { readJsonl } from './read-jsonl.js';
import { readSql } from './read-sql.js';
import { readXlsx } from './read-xlsx.js';
import type { ReadOptions, Told } from './raw-table.js';

export type FileFormat = 'csv' | 'xlsx' | 'jsonl' | 'sql';

export interface FileReading {
  readonly format: FileFormat;
  /** Empty for workbooks. */
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly rows: AsyncIterable<Told>;
}

/** Finds out what a file is, by its first bytes before its name, and how to read it. */
export async function readTables(file: string, bytes: Bytes, options: ReadOptions = {}): Promise<FileReading> {
  const first = await firstOf(bytes);
  if (first[0] === 0x50 && first[1] === 0x4b)
    return { format: 'xlsx', encoding: null, delimiter: null, rows: readXlsx(file, bytes, options) };
  const encoding = await encodingOf(file, bytes, options.encoding);
  const head = new TextDecoder(encoding).decode(first).slice(0, 10_000);
  const format = formatOf(file, head);
  const text = textOf(bytes, encoding);
  if (format === 'jsonl') return { format, encoding, delimiter: null, rows: readJsonl(file, text) };
  if (format === 'sql') return { format, encoding, delimiter: null, rows: readSql(file, text) };
  const delimiter = options.delimiter ?? delimiterOf(head);
  return { format, encoding, delimiter, rows: readCsv(file, text, { ...options, delimiter }) };
}

async function firstOf(bytes: Bytes): Promise<Uint8Array> {
  for await (const part of bytes()) return part.subarray(0, 64 * 1024);
  return new Uint8Array();
}

function formatOf(file: string, head: string): 'csv' | 'jsonl' | 'sql' {
  if (/\.(jsonl|ndjson)$/i.test(file) || /^\s*\{"/.test(head)) return 'jsonl';
  return /\.sql$/i.test(file) ? 'sql' : 'csv';
}
