import { mapRecord, type MappedRow, type SourceRecord } from '../domain/map-record.js';
import type { Mapping } from '../domain/mapping.js';
import { markRepeats, type Seen } from '../domain/mark-repeats.js';
import { readCsv } from '../read/read-csv.js';
import { stepAt } from './write-chunk.js';

/** What an import reads: its mapping, its files by name, and the moment it began. */
export interface ImportSource {
  readonly mapping: Mapping;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly startedAt: Date;
}

/** The rows of one step, from the record at `from` on. Earlier ones are still read: they tell which keys were taken. */
export async function* readStep(source: ImportSource, index: number, from: number): AsyncGenerator<MappedRow, void> {
  const step = stepAt(source.mapping, { step: index, record: 0 });
  const file = step.file === undefined ? undefined : source.mapping.files[step.file];
  const speaks = source.mapping.steps.findIndex((other) => other.file === step.file) === index;
  const seen: Seen = new Map();
  let at = 0;
  for await (const record of recordsOf(source, index)) {
    const row = mapRecord(record, { step, file, now: source.startedAt, speaks });
    markRepeats(row, step.key, step.distinct === true, seen);
    if (at++ >= from) yield row;
  }
}

async function* recordsOf(source: ImportSource, index: number): AsyncGenerator<SourceRecord> {
  const step = stepAt(source.mapping, { step: index, record: 0 });
  if (step.file === undefined) yield* (step.rows ?? []).map((cells) => ({ line: 0, cells }));
  else yield* recordsOfFile(source, step.file);
}

/** All records of the file a mapping knows by `key`. */
export async function* recordsOfFile({ mapping, files }: ImportSource, key: string): AsyncGenerator<SourceRecord> {
  const spec = mapping.files[key];
  const bytes = spec && files.get(spec.name);
  if (!spec || !bytes) throw new Error(`The import has no file "${spec?.name ?? key}".`);
  yield* readCsv(spec, bytes);
}

/** Reads every file to its end before anything is written: a file that breaks on its last line must not leave half a load behind. */
export async function countRows(source: ImportSource): Promise<number> {
  const counts = new Map<string, number>();
  for (const key of Object.keys(source.mapping.files)) {
    counts.set(key, await countOf(recordsOfFile(source, key)));
  }
  return source.mapping.steps.reduce(
    (sum, step) => sum + (step.file === undefined ? (step.rows?.length ?? 0) : (counts.get(step.file) ?? 0)),
    0,
  );
}

async function countOf(records: AsyncGenerator<SourceRecord>): Promise<number> {
  let count = 0;
  while (!(await records.next()).done) count += 1;
  return count;
}
