/** Beginnings that spreadsheets take for a formula, their wide twins included. */
const dangerous = /^[\t\r\n ]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/;

/** A text as a cell that no spreadsheet carries out. Numbers are no texts and need it not. */
export const harmless = (text: string): string => (dangerous.test(text) ? `'${text}` : text);

export type Cell = string | number | boolean | null;

/** One line of CSV by RFC 4180. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(written).join(',')}\r\n`;

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
