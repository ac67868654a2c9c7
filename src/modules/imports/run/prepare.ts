import { isDeepStrictEqual } from 'node:util';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Finding } from '../domain/map-record.js';
import type { FileSpec, Mapping, Step } from '../domain/mapping.js';
import { ImportRun } from '../import/import-run.resource.js';
import { analyseFile } from './analyse.js';
import { columnsNeeded, columnsRead } from './columns-read.js';
import { tableNamed } from './import-source.js';
import type { ReadOptions } from '../read/raw-table.js';
import type { TableInfo } from './table-info.js';
import type { Transact } from './transact.js';

/** The tables of all files, each file read as the mapping says. What was read before in the same way is not read again. */
export async function prepareTables(run: ImportRun, mapping: Mapping | null, transact: Transact): Promise<readonly TableInfo[]> {
  const tables: TableInfo[] = [];
  for (const { name } of run.files ?? []) {
    const options = (mapping && specOf(mapping, name)?.read) ?? {};
    const known = knownTables(run, name, options);
    if (known.length > 0) tables.push(...known);
    else tables.push(...(await analyseAnew(run, { file: name, options, tables }, transact)));
  }
  if (mapping) checkColumns(mapping, tables);
  return tables;
}

/** Tables of a file that was read in just this way. */
const knownTables = ({ tables }: ImportRun, file: string, options: ReadOptions): TableInfo[] =>
  (tables ?? []).filter((table) => table.file === file && isDeepStrictEqual(table.options ?? {}, options));

/** What was found is kept file by file: after a break the others need not be read again. */
async function analyseAnew(
  run: ImportRun,
  { file, options, tables }: { file: string; options: ReadOptions; tables: readonly TableInfo[] },
  transact: Transact,
): Promise<TableInfo[]> {
  const found = await analyseFile(transact, { importId: run.id, file, options });
  const others = (run.tables ?? []).filter((table) => table.file !== file && !tables.some(({ name }) => name === table.name));
  await transact((work) => work.repo(ImportRun).update(run.id, { tables: [...tables, ...found, ...others] }));
  return found;
}

const specOf = ({ files }: Mapping, file: string): FileSpec | undefined =>
  Object.values(files).find(({ name, read }) => read && (name === file || name.startsWith(`${file}#`)));

function checkColumns(mapping: Mapping, tables: readonly TableInfo[]): void {
  for (const spec of Object.values(mapping.files)) {
    const table = tableNamed(tables, spec.name);
    if (!table && spec.optional) continue;
    if (!table) throw invalid('import.file_missing', `There is no table "${spec.name}" in the files.`);
    const wanted = new Set([...Object.keys(spec.columns), ...stepsOn(mapping, spec).flatMap(columnsNeeded)]);
    const missing = [...wanted].filter((name) => !table.columns.includes(name));
    if (missing.length === 0) continue;
    const message = `the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`;
    throw invalid('import.header_unfit', `${spec.name}, line 1: ${message}`, { file: spec.name, line: 1 });
  }
}

const stepsOn = (mapping: Mapping, spec: FileSpec): Step[] =>
  mapping.steps.filter(({ file }) => file !== undefined && mapping.files[file] === spec);

/** What is to be said of the files before their rows: columns that are not there, and tables nobody reads. */
export function overview(mapping: Mapping, tables: readonly TableInfo[]): { file: string; findings: Finding[] }[] {
  const read = new Map<TableInfo, Set<string>>();
  for (const step of mapping.steps) {
    const table = step.file === undefined ? undefined : tableNamed(tables, mapping.files[step.file]?.name ?? step.file);
    if (table) read.set(table, new Set([...(read.get(table) ?? []), ...columnsRead(step)]));
  }
  return tables.map((table) => ({ file: table.name, findings: findingsOf(table, read.get(table)) }));
}

function findingsOf(table: TableInfo, read: ReadonlySet<string> | undefined): Finding[] {
  const about = { line: 0, value: null } as const;
  if (!read) {
    const message = `No step of the mapping reads ${table.name}, which has ${table.rows} rows.`;
    return [{ ...about, field: null, rule: 'not_read', severity: 'warning', done: 'not imported', message }];
  }
  return [...read]
    .filter((column) => !table.columns.includes(column))
    .map((column) => ({
      ...about,
      field: column,
      rule: 'column_missing',
      severity: 'info',
      done: 'left empty',
      message: `There is no column ${column}.`,
    }));
}
