import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import ExcelJS from 'exceljs';
import { harmless } from '../domain/cells.js';
import { cellOf, type Column, type ExportedRow } from '../list/columns.js';
import type { Table } from './formats.js';

/** Longest text of a cell. */
const longestCell = 32_767;
/** Digits a number of a spreadsheet keeps. */
const exactDigits = 15;
const formatsOf = { date: 'yyyy-mm-dd', instant: 'yyyy-mm-dd hh:mm:ss' } as const;

/** One sheet, written row by row: what is behind is on disk and not in memory. Instants are in UTC. */
export async function writeXlsx({ resource, columns, pages }: Table, path: string): Promise<void> {
  const out = createWriteStream(path, { mode: 0o600 });
  const failed = new Promise<never>((_, fail) => out.once('error', fail));
  const write = async () => {
    const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: out, useStyles: true, useSharedStrings: false });
    const sheet = book.addWorksheet(resource.plural.slice(0, 31));
    sheet.columns = columns.map(({ kind }) => (kind === 'date' || kind === 'instant' ? { style: { numFmt: formatsOf[kind] } } : {}));
    sheet.addRow(columns.map(({ name }) => harmless(name))).commit();
    for await (const rows of pages()) {
      for (const row of rows) sheet.addRow(columns.map((column) => valueOf(column, row))).commit();
      if (out.writableNeedDrain) await once(out, 'drain');
    }
    sheet.commit();
    const closed = once(out, 'close');
    await book.commit();
    await closed;
  };
  try {
    await Promise.race([write(), failed]);
  } finally {
    out.destroy();
  }
}

function valueOf(column: Column, row: ExportedRow): string | number | boolean | Date | null {
  const cell = cellOf(column, row);
  if (typeof cell !== 'string') return cell;
  if (column.kind === 'decimal' && /^-?\d+(\.\d+)?$/.test(cell))
    return cell.replaceAll(/^-?0*|\./g, '').replace(/0+$/, '').length <= exactDigits ? Number(cell) : cell;
  if (column.kind === 'date' || column.kind === 'instant') return new Date(cell);
  return cell.length > longestCell ? `${cell.slice(0, longestCell - 1)}…` : cell;
}
