import { forgetRecords, RecordWriter, sourceOf } from '../store/files.js';
import { readTables } from '../read/read-tables.js';
import { limits } from '../read/limits.js';
import type { ReadOptions, Told } from '../read/raw-table.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { TableInfo } from './table-info.js';
import type { Transact } from './transact.js';

const sampleRows = 20;
const sampleCell = 60;

interface Growing {
  columns: readonly string[];
  readonly writer: RecordWriter;
  readonly sample: string[][];
}

/** Reads a file once to its end and keeps its rows, so that nothing is written of a file that breaks on its last line. */
export async function analyseFile(
  transact: Transact,
  { importId, file, options = {} }: { readonly importId: string; readonly file: string; readonly options?: ReadOptions },
): Promise<TableInfo[]> {
  await transact((work) => forgetRecords(work, importId, file));
  const reading = await readTables(file, sourceOf(transact, importId, file), options);
  const tables = new Map<string, Growing>();
  for await (const told of reading.rows) await take(told, tables, (name) => new RecordWriter(transact, importId, name));
  const found: TableInfo[] = [];
  for (const [name, { columns, writer, sample }] of tables) {
    await writer.flush();
    const { format, encoding, delimiter } = reading;
    const read = Object.keys(options).length > 0 ? { options } : {};
    found.push({ name, file, format, encoding, delimiter, columns, rows: writer.count, sample, ...read });
  }
  return found;
}

async function take(told: Told, tables: Map<string, Growing>, open: (name: string) => RecordWriter): Promise<void> {
  const known = tables.get(told.table);
  if (!known && tables.size >= limits.tables)
    throw invalid('import.too_many_rows', `There are more than ${limits.tables} tables in one file.`);
  const table: Growing = known ?? { columns: [], writer: open(told.table), sample: [] };
  tables.set(told.table, table);
  if ('header' in told) {
    table.columns = told.header;
    return;
  }
  const { line, cells, broken } = told;
  if (table.sample.length < sampleRows && !broken) table.sample.push(cells.map((cell) => cell.slice(0, sampleCell)));
  await table.writer.add({ line, cells, ...(broken ? { broken } : {}) });
}
