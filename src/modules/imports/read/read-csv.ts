import { Readable } from 'node:stream';
import { parse, CsvError } from 'csv-parse';
import { invalid } from '#kernel/errors/domain-error.js';
import { decode, delimiterOf } from './decode.js';
import type { SourceRecord } from '../domain/map-record.js';
import type { FileSpec } from '../domain/mapping.js';
import { limits } from './limits.js';

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const dialect = {
  info: true,
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: 1_000_000,
  record_delimiter: ['\r\n', '\n', '\r'],
};
const sliceLength = 64 * 1024;

/** The records of a file, one at a time. A file that cannot be read to its end is refused with the line where it breaks. */
export async function* readCsv(file: FileSpec, bytes: Uint8Array): AsyncGenerator<SourceRecord> {
  const text = decode(file.name, bytes);
  let lastLine = 0;
  // The parser runs ahead of its reader, and drops what nobody has read yet when the text breaks.
  const noteLine = (record: string[], { lines }: { readonly lines: number }) => {
    lastLine = lines;
    return record;
  };
  const parser = Readable.from(slices(text)).pipe(parse({ ...dialect, delimiter: delimiterOf(text), on_record: noteLine }));
  let header: readonly string[] | null = null;
  let rows = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const line = info.lines - newlinesIn(record);
      if (header === null) {
        header = checkHeader(file, record);
        continue;
      }
      if (++rows > limits.rows)
        throw invalid('import.too_many_rows', `${file.name} has more than ${limits.rows.toLocaleString('en')} rows. Split it.`);
      yield toRecord(header, record, line);
    }
  } catch (error) {
    if (error instanceof CsvError) throw brokenFile(file, error, lastLine);
    throw error;
  }
  if (header === null) throw invalid('import.file_empty', `${file.name} is empty: not even a header line.`);
}

function* slices(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += sliceLength) yield text.slice(at, at + sliceLength);
}

const newlinesIn = (record: readonly string[]): number =>
  record.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

/** A quote that never closes is found at the end of the file; the line that opened it is the one to look at. */
function brokenFile(file: FileSpec, error: CsvError, lastLine: number): Error {
  const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? lastLine + 1 : Number(error['lines'] ?? lastLine + 1);
  return invalid('import.broken_csv', `${file.name}, line ${line}: ${error.message.replace(/ at line \d+/, '')}.`, {
    file: file.name,
    line,
  });
}

function checkHeader(file: FileSpec, record: readonly string[]): readonly string[] {
  const header = record.map((name) => name.normalize('NFC').trim());
  const problem = (message: string) => invalid('import.header_unfit', `${file.name}, line 1: ${message}`, { file: file.name, line: 1 });
  if (header.length > limits.columns) throw problem(`${header.length} columns are more than the ${limits.columns} allowed.`);
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice !== undefined) throw problem(`the column "${twice.slice(0, 100)}" is there twice.`);
  const missing = Object.keys(file.columns).filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw problem(`the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`);
  return header;
}

function toRecord(header: readonly string[], record: readonly string[], line: number): SourceRecord {
  const cells: Record<string, string> = Object.create(null) as Record<string, string>;
  header.forEach((name, i) => (cells[name] = (record[i] ?? '').normalize('NFC').trim()));
  if (record.length !== header.length) {
    return { line, cells, broken: { rule: 'column_count', message: `The line has ${record.length} cells, the header ${header.length}.` } };
  }
  const faulty = header.find((name) => (cells[name] ?? '').includes('\u0000'));
  if (faulty !== undefined) {
    cells[faulty] = (cells[faulty] ?? '').replaceAll('\u0000', '\uFFFD');
    return { line, cells, broken: { rule: 'encoding', column: faulty, message: `${faulty} holds a NUL character.` } };
  }
  const long = header.find((name) => (cells[name] ?? '').length > limits.cellCharacters);
  return long === undefined
    ? { line, cells }
    : { line, cells, broken: { rule: 'too_long', column: long, message: `${long} is longer than ${limits.cellCharacters} characters.` } };
}
