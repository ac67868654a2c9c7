import { stringify } from 'csv-stringify/sync';
import type { Runtime } from '#kernel/db/runtime.js';
import type { Work } from '#kernel/usecase/work.js';
import type { TableInfo } from '../run/table-info.js';
import type { Transact } from '../run/transact.js';
import { recordsOf } from '../store/files.js';
import { saidOf } from '../domain/row-codes.js';
import { rejections, type Said } from '../store/issues.js';

export interface FailedRows {
  readonly importId: string;
  /** Null when nothing has been read yet. */
  readonly table: TableInfo | null;
  /** Language of who reads it. */
  readonly language?: string | undefined;
}

/** The rows of a table that were left out, with its own columns and mark, and why in a last one. What would be a formula is made text. */
export async function* failedRows(transact: Transact, { importId, table, language }: FailedRows): AsyncGenerator<string> {
  if (!table) {
    yield '__error\n';
    return;
  }
  const delimiter = table.delimiter ?? ',';
  const options = { delimiter, escape_formulas: true };
  const found = await transact((work) => rejections(work, importId, [...new Set([table.name, table.file])]));
  const why = Map.groupBy(found, ({ line }) => line);
  yield stringify([[...table.columns, '__error']], options);
  for await (const { line, cells } of recordsOf(transact, importId, table.name)) {
    const said = why.get(line);
    if (said)
      yield stringify([[...table.columns.map((_, i) => cells[i] ?? ''), said.map((one) => sentence(one, language)).join(' ')]], options);
  }
}

/** `name: fehlt.`, or the message as it is where nothing else is known. */
function sentence({ field, rule, message }: Said, language: string | undefined): string {
  const said = saidOf(rule, language);
  return `${field === null ? '' : `${field}: `}${said === null ? message : `${said}.`}`;
}

/** Transactions of one reader, with his rights. */
export const transactAs =
  (runtime: Runtime, as: Parameters<Runtime['withWork']>[0]): Transact =>
  <T>(fn: (work: Work) => Promise<T>) =>
    runtime.withWork(as, fn);
