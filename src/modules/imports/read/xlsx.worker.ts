/* Runs in a thread of its own with little memory, so that a bomb ends the thread and nothing else. It imports packages only, so that it also starts from source. */
import { parentPort, workerData } from 'node:worker_threads';
import ExcelJS from 'exceljs';
import yauzl from 'yauzl';

interface Limits {
  readonly entries: number;
  readonly expandedBytes: number;
  readonly ratio: number;
  readonly ratioFrom: number;
  readonly rows: number;
  readonly columns: number;
  readonly cellCharacters: number;
}
interface Row {
  readonly sheet: string;
  readonly line: number;
  readonly cells: readonly string[];
}

const { path, limits } = workerData as { readonly path: string; readonly limits: Limits };
const batchRows = 500;

class Refused extends Error {}

/** Looks at the table of contents before anything is unpacked. */
function preflight(): Promise<void> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error) return reject(new Refused('it is no workbook'));
      let sum = 0;
      let count = 0;
      zip.on('error', () => reject(new Refused('its archive is damaged')));
      zip.on('end', () => resolve());
      zip.on('entry', (entry: yauzl.Entry) => {
        sum += entry.uncompressedSize;
        count += 1;
        const problem = problemOf(entry, sum, count);
        if (problem === null) return zip.readEntry();
        zip.close();
        reject(new Refused(problem));
      });
      zip.readEntry();
    });
  });
}

function problemOf(entry: yauzl.Entry, sum: number, count: number): string | null {
  if (count > limits.entries) return `it has more than ${limits.entries} parts`;
  if (sum > limits.expandedBytes) return `unpacked it would have more than ${limits.expandedBytes / 2 ** 20} MB`;
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
  if (entry.uncompressedSize > limits.ratioFrom && ratio > limits.ratio) return `a part of it is packed more than ${limits.ratio} times`;
  return null;
}

async function read(): Promise<void> {
  await preflight();
  const book = new ExcelJS.stream.xlsx.WorkbookReader(path, {
    worksheets: 'emit',
    sharedStrings: 'cache',
    hyperlinks: 'ignore',
    styles: 'cache',
    entries: 'ignore',
  });
  let batch: Row[] = [];
  for await (const sheet of book) {
    const name = (sheet as unknown as { readonly name?: string }).name ?? 'Sheet';
    let count = 0;
    for await (const row of sheet) {
      if (++count > limits.rows) throw new Refused(`the sheet ${name} has more than ${limits.rows} rows`);
      const cells = cellsOf(row);
      if (cells.length > limits.columns) throw new Refused(`the sheet ${name} has more than ${limits.columns} columns`);
      if (cells.some((cell) => cell !== '')) batch.push({ sheet: name, line: row.number, cells });
      if (batch.length >= batchRows) {
        await send(batch);
        batch = [];
      }
    }
  }
  await send(batch);
}

function cellsOf(row: ExcelJS.Row): string[] {
  const values = Array.isArray(row.values) ? row.values.slice(1) : [];
  if (values.length > limits.columns) return new Array<string>(limits.columns + 1).fill('');
  return Array.from({ length: values.length }, (_, i) => textOf(values[i]).slice(0, limits.cellCharacters + 1));
}

/** A formula is the value it last had; a day is written as a day. */
function textOf(value: ExcelJS.CellValue): string {
  if (typeof value === 'object') return value === null ? '' : textOfObject(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'number' ? numberOf(value) : (value ?? '');
}

function textOfObject(value: object): string {
  if (value instanceof Date) return dayOf(value);
  if ('richText' in value) return (value as ExcelJS.CellRichTextValue).richText.map(({ text }) => text).join('');
  if ('text' in value) return textOf((value as ExcelJS.CellHyperlinkValue).text);
  return 'result' in value ? textOf((value as ExcelJS.CellFormulaValue).result) : '';
}

/** Excel computes with fifteen digits: 0.1 + 0.2 is 0.3 there. */
const numberOf = (value: number): string => {
  const text = String(Number(value.toPrecision(15)));
  return text.includes('e') ? value.toFixed(value < 1 ? 15 : 0) : text;
};

function dayOf(value: Date): string {
  if (Number.isNaN(value.getTime())) return '';
  // Excel keeps times as fractions of a day, which are rarely whole seconds.
  const text = new Date(Math.round(value.getTime() / 1000) * 1000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19);
}

const port = parentPort;
if (!port) throw new Error('This runs in a worker thread only.');

/** Waits until the reader has taken the rows: what nobody reads must not pile up. */
function send(rows: readonly Row[]): Promise<void> {
  return new Promise((resolve) => {
    port?.once('message', () => resolve());
    port?.postMessage({ rows });
  });
}

read().then(
  () => port.postMessage({ done: true }),
  (error: unknown) => port.postMessage({ problem: error instanceof Refused ? error.message : 'it cannot be read as a workbook' }),
);
