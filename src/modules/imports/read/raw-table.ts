import { invalid } from '#kernel/errors/domain-error.js';
import { limits } from './limits.js';

/** What the reader found wrong with a line itself. */
export interface Broken {
  readonly rule: string;
  readonly message: string;
  readonly column?: string;
}

/** What reading a file tells, bit by bit. A header may be told again when later rows bring more columns. */
export type Told =
  | { readonly table: string; readonly header: readonly string[] }
  | { readonly table: string; readonly line: number; readonly cells: readonly string[]; readonly broken?: Broken };

/** How a file is to be read where it does not say so itself. */
export interface ReadOptions {
  readonly encoding?: string;
  readonly delimiter?: string;
  /** Columns of a file that has no header line. */
  readonly header?: readonly string[];
}

export const tidy = (cell: string): string => (isPlain(cell) ? cell : cell.normalize('NFC').trim());

/** Most cells are: nothing to trim, nothing to compose. */
function isPlain(cell: string): boolean {
  const last = cell.length - 1;
  if (last < 0) return true;
  if (cell.charCodeAt(0) <= 32 || cell.charCodeAt(last) <= 32) return false;
  for (let i = 0; i <= last; i += 1) if (cell.charCodeAt(i) > 126) return false;
  return true;
}

export function checkHeader(table: string, record: readonly string[]): string[] {
  const header = record.map(tidy);
  const problem = (message: string) => invalid('import.header_unfit', `${table}, line 1: ${message}`, { file: table, line: 1 });
  if (header.length > limits.columns) throw problem(`${header.length} columns are more than the ${limits.columns} allowed.`);
  const unfit = header.find((name) => name === '__proto__' || name.includes('\u0000') || !name.isWellFormed());
  if (unfit !== undefined)
    throw problem(`a column cannot be called "${unfit.toWellFormed().replaceAll('\u0000', '\uFFFD').slice(0, 100)}".`);
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice !== undefined) throw problem(`the column "${twice.slice(0, 100)}" is there twice.`);
  return header;
}

/** Cells tidied, and what is wrong with them. */
export function checkRow(header: readonly string[], given: readonly string[]): { cells: string[]; broken?: Broken } {
  const cells = given.map(tidy);
  const broken = cells.length === header.length ? faultIn(header, cells) : wrongCount(header, cells);
  return broken ? { cells: cells.slice(0, header.length).map(withoutNul), broken } : { cells };
}

const wrongCount = (header: readonly string[], cells: readonly string[]): Broken => ({
  rule: 'column_count',
  message: `The line has ${cells.length} cells, the header ${header.length}.`,
});

const withoutNul = (cell: string) => cell.replaceAll('\u0000', '\uFFFD').slice(0, 1000).toWellFormed();

function faultIn(header: readonly string[], cells: readonly string[]): Broken | null {
  for (const [i, cell] of cells.entries()) {
    const column = header[i] ?? '';
    if (cell.length > limits.cellCharacters)
      return { rule: 'too_long', column, message: `${column} is longer than ${limits.cellCharacters} characters.` };
    if (cell.includes('\u0000')) return { rule: 'encoding', column, message: `${column} holds a NUL character.` };
    if (!cell.isWellFormed()) return { rule: 'encoding', column, message: `${column} holds half of a character.` };
    if (cell.includes('\uFFFD'))
      return { rule: 'encoding', column, message: `${column} holds bytes that are no letters in the encoding of the file.` };
  }
  if (cells.length > 1 && cells.every((cell, i) => cell === header[i]))
    return { rule: 'header_again', message: 'The line repeats the header.' };
  return null;
}

export const tooManyRows = (table: string): Error =>
  invalid('import.too_many_rows', `${table} has more than ${limits.rows.toLocaleString('en')} rows. Split it.`);
