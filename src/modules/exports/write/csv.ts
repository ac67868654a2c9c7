import { csvLine, harmless } from '../domain/cells.js';
import { cellOf } from '../list/columns.js';
import type { Table } from './formats.js';

/** UTF-8 with the mark by which spreadsheets know it, a header line, and rows. */
export async function* writeCsv({ columns, pages }: Table): AsyncGenerator<string> {
  yield `\ufeff${csvLine(columns.map(({ name }) => harmless(name)))}`;
  for await (const rows of pages()) yield rows.map((row) => csvLine(columns.map((column) => cellOf(column, row)))).join('');
}
