import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { textOf, type Column, type ColumnKind, type ExportedRow } from '../list/columns.js';
import type { Table } from './formats.js';

const types = {
  text: 'STRING',
  integer: 'INT32',
  decimal: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'STRING',
  instant: 'TIMESTAMP',
} as const satisfies Record<ColumnKind, string>;

/** Typed columns for engines; amounts are doubles here, exact in the other formats. Groups of rows keep memory small. */
export async function writeParquet({ columns, pages }: Table, path: string): Promise<void> {
  await parquetWriteRows({
    writer: fileWriter(path),
    columns: columns.map(({ name, kind }) => ({ name, type: types[kind], nullable: true })),
    rows: rowsOf(columns, pages),
    rowGroupSize: 20_000,
  });
}

async function* rowsOf(columns: readonly Column[], pages: Table['pages']): AsyncGenerator<Record<string, unknown>> {
  for await (const rows of pages())
    for (const row of rows) yield Object.fromEntries(columns.map((column) => [column.name, valueOf(column, row)]));
}

function valueOf({ kind, read }: Column, row: ExportedRow): unknown {
  const value = read(row);
  if (value === null || value === undefined) return null;
  if (kind === 'decimal') return Number(value);
  if (kind === 'instant') return new Date(textOf(value) ?? '');
  return kind === 'text' || kind === 'date' ? textOf(value) : value;
}
