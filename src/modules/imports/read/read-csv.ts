import { Readable } from 'node:stream';
import { parse, CsvError } from 'csv-parse';
import { invalid } from '#kernel/errors/domain-error.js';
import { limits } from './limits.js';
import { checkHeader, checkRow, tooManyRows, type ReadOptions, type Told } from './raw-table.js';

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const dialect = {
  info: true,
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: 10_000_000,
  record_delimiter: ['\r\n', '\n', '\r'],
};
const delimiters = [',', ';', '\t', '|'] as const;
const headerLength = 1_000_000;

/** The mark that parts the header into the most columns; a comma when none does. */
export function delimiterOf(text: string): string {
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (mark: string) => header.split(mark).length;
  return delimiters.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

/** Header and rows of a file, one at a time. A file that cannot be read to its end is refused with the line where it breaks. */
export async function* readCsv(table: string, text: AsyncIterable<string>, options: ReadOptions = {}): AsyncGenerator<Told> {
  const { head, all } = await withHead(text);
  const delimiter = options.delimiter ?? delimiterOf(head);
  let lastLine = 0;
  // The parser runs ahead of its reader, and drops what nobody has read yet when the text breaks.
  const noteLine = (record: string[], { lines }: { readonly lines: number }) => {
    lastLine = lines;
    return record;
  };
  const parser = Readable.from(all).pipe(parse({ ...dialect, delimiter, on_record: noteLine }));
  let header = options.header ? checkHeader(table, options.header) : null;
  if (header) yield { table, header };
  let rows = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (header !== null) yield rowOf({ table, header, rows: (rows += 1) }, { record, info });
      else yield { table, header: (header = checkHeader(table, record)) };
    }
  } catch (error) {
    throw error instanceof CsvError ? brokenFile(table, error, lastLine) : error;
  }
  if (header === null) throw invalid('import.file_empty', `${table} is empty: not even a header line.`);
}

function rowOf({ table, header, rows }: { table: string; header: readonly string[]; rows: number }, { record, info }: Parsed): Told {
  if (rows > limits.rows) throw tooManyRows(table);
  return { table, line: info.lines - newlinesIn(record), ...checkRow(header, record) };
}

/** The first line, to look at, and the whole text all the same. */
async function withHead(text: AsyncIterable<string>): Promise<{ head: string; all: AsyncIterable<string> }> {
  const source = text[Symbol.asyncIterator]();
  let head = '';
  while (!/[\r\n]/.test(head) && head.length < headerLength) {
    const next = await source.next();
    if (next.done) break;
    head += next.value;
  }
  async function* all() {
    if (head !== '') yield head;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  }
  return { head, all: all() };
}

const newlinesIn = (record: readonly string[]): number =>
  record.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

/** A quote that never closes is found at the end of the file; the line that opened it is the one to look at. */
function brokenFile(table: string, error: CsvError, lastLine: number): Error {
  const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? lastLine + 1 : Number(error['lines'] ?? lastLine + 1);
  return invalid('import.broken_csv', `${table}, line ${line}: ${error.message.replace(/ at line \d+/, '')}.`, { file: table, line });
}
