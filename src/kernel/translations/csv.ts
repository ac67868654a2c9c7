import { CsvError, parse } from 'csv-parse/sync';
import { invalid } from '../errors/domain-error.js';
import type { Unit, Xliff } from './xliff.js';

/** A line for each text, as spreadsheets open and save it. */
const columns = ['resource', 'recordId', 'field', 'sourceLanguage', 'source', 'language', 'target', 'state'] as const;
type Line = Readonly<Record<(typeof columns)[number], string>>;

/** Beginnings that spreadsheets take for a formula, their wide twins included; and the mark that takes that away, so that it can be taken off. */
const marked = /^(?:'|[\t\r\n ]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])/;
const harmless = (text: string) => (marked.test(text) ? `'${text}` : text);
const asItWas = (cell: string) => (cell.startsWith(`'`) && marked.test(cell.slice(1)) ? cell.slice(1) : cell);

const quoted = (text: string) => `"${harmless(text).replaceAll('"', '""')}"`;

export function csvOf({ sourceLanguage, language, units }: Xliff): string {
  const lines = units.map(({ resource, recordId, field, source, target, isOutdated }) => {
    const state = target === null ? 'missing' : isOutdated ? 'outdated' : 'done';
    return [resource, recordId, field, sourceLanguage, source, language, target ?? '', state];
  });
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  return `\ufeff${[columns, ...lines].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('')}`;
}

const bad = (why: string) => invalid('translation.bad_file', `The file is no CSV of texts that can be read: ${why}.`);

/** Reads what `csvOf` writes and spreadsheets make of it: other separators, columns moved or left out that say nothing new. */
export function readCsv(text: string): Xliff {
  const lines = linesOf(text);
  const [first] = lines;
  if (!first) throw bad('it has no texts');
  const stranger = lines.find(({ language }) => language !== first.language);
  if (stranger) throw bad(`it has texts in ${first.language.slice(0, 35)} and in others`);
  return { sourceLanguage: first.sourceLanguage, language: first.language, units: lines.map(unitOf) };
}

function linesOf(text: string): Line[] {
  const [head = ''] = text.split('\n', 1);
  const delimiter = [',', ';', '\t'].find((one) => head.split(one).length >= 5) ?? ',';
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, delimiter, skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw bad('its quotes or columns do not fit');
  }
  const names = (rows[0] ?? []).map((name) => name.trim());
  const lacking = ['recordId', 'field', 'source', 'language', 'target'].find((name) => !names.includes(name));
  if (lacking !== undefined) throw bad(`it has no column "${lacking}"`);
  const at = (row: readonly string[], name: string) => asItWas(row[names.indexOf(name)] ?? '');
  return rows.slice(1).map((row) => Object.fromEntries(columns.map((name) => [name, at(row, name)])) as Line);
}

function unitOf({ resource, recordId, field, source, target }: Line): Unit {
  if (!/^[0-9a-fA-F-]{36}$/.test(recordId) || !/^[A-Za-z]\w{0,79}$/.test(field))
    throw bad(`"${`${recordId}.${field}`.slice(0, 60)}" is no id of a text`);
  const breaks = (one: string) => one.replaceAll('\r\n', '\n');
  return { resource, recordId, field, source: breaks(source), target: target === '' ? null : breaks(target) };
}
