import type { FileSpec, Step } from '../domain/mapping.js';

/** Steps for tables that nothing here holds: each of their rows is listed with the reason. */
export const reported = (reasons: Readonly<Record<string, string>>): Step[] =>
  Object.entries(reasons).map(([file, reason]) => ({
    name: file,
    resource: 'import_issue',
    file,
    key: [],
    mode: 'report',
    reason,
    set: {},
  }));

/** The tables of one dump, by their names in it. */
export const tablesOf = (dump: string, tables: readonly string[]): Readonly<Record<string, FileSpec>> =>
  Object.fromEntries(tables.map((table) => [table, { name: `${dump}#${table}`, columns: {} }]));
