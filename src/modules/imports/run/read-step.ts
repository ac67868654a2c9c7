import { KeySet, unpackHashes, type KeyHash } from '../domain/key-set.js';
import { mapRecord, type SourceRecord } from '../domain/map-record.js';
import { markRepeats } from '../domain/mark-repeats.js';
import type { Mapping, Step } from '../domain/mapping.js';
import { keysOfStep } from '../store/chunks.js';
import { recordsOf, type RawRow } from '../store/files.js';
import { tableNamed, type ImportSource } from './import-source.js';
import { checkAhead, type CheckedRow } from './plan-rows.js';

export interface ReadRow extends CheckedRow {
  /** The key, for rows that count by one. */
  readonly hash: KeyHash | null;
}

export function stepAt(mapping: Mapping, index: number): Step {
  const step = mapping.steps[index];
  if (!step) throw new Error(`The mapping ${mapping.name} has no step ${index}.`);
  return step;
}

/** The rows of one step, from the record at `from` on. Which keys came before is known from the chunks that are committed. */
export async function* readStep(source: ImportSource, index: number, from: number): AsyncGenerator<ReadRow, void> {
  const step = stepAt(source.mapping, index);
  const file = step.file === undefined ? undefined : source.mapping.files[step.file];
  const speaks = source.mapping.steps.findIndex((other) => other.file === step.file) === index;
  const resource = step.mode === 'report' ? undefined : source.resources.get(step.resource);
  const seen = new KeySet();
  if (from > 0)
    for (const packed of await source.transact((work) => keysOfStep(work, source, index)))
      for (const hash of unpackHashes(packed)) seen.add(hash);
  for await (const record of recordsOfStep(source, step, from)) {
    const row = mapRecord(record, { step, file, now: source.startedAt, me: source.startedById, speaks });
    const hash = markRepeats(row, step, seen);
    yield Object.assign(row, { hash }, checkAhead(resource, step, row));
  }
}

async function* recordsOfStep(source: ImportSource, step: Step, from: number): AsyncGenerator<SourceRecord> {
  if (step.file === undefined) yield* (step.rows ?? []).slice(from).map((cells) => ({ line: 0, cells }));
  else yield* recordsOfFile(source, step.file, from);
}

/** The records of the file a mapping knows by `key`; none of a file that may be missing and is. */
export async function* recordsOfFile(
  { mapping, tables, transact, importId }: ImportSource,
  key: string,
  from = 0,
): AsyncGenerator<SourceRecord> {
  const table = tableNamed(tables, mapping.files[key]?.name ?? key);
  if (!table) return;
  const toRecord = recordMaker(table.columns);
  for await (const row of recordsOf(transact, importId, table.name, from)) yield toRecord(row);
}

/** Cells by column, in objects of one shape. */
function recordMaker(columns: readonly string[]): (row: RawRow) => SourceRecord {
  return ({ line, cells, broken }) => {
    const byName: Record<string, string> = {};
    for (let i = 0; i < columns.length; i += 1) byName[columns[i] ?? ''] = cells[i] ?? '';
    return broken ? { line, cells: byName, broken } : { line, cells: byName };
  };
}

/** Rows all steps will go through; a table that several steps read counts once for each. */
export const countRows = ({ mapping, tables }: Pick<ImportSource, 'mapping' | 'tables'>): number =>
  mapping.steps.reduce((sum, step) => sum + rowsOfStep(step, mapping, tables), 0);

function rowsOfStep(step: Step, mapping: Mapping, tables: ImportSource['tables']): number {
  if (step.file === undefined) return step.rows?.length ?? 0;
  return tableNamed(tables, mapping.files[step.file]?.name ?? step.file)?.rows ?? 0;
}
