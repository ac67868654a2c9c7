import type { Finding, SourceRecord } from './map-record.js';
import type { Check, FileSpec } from './mapping.js';

/** Lines of one file whose value in a column never occurs in another file's column, known mistakes put right. */
export function unusedValues(
  check: Check,
  files: Readonly<Record<string, FileSpec>>,
  records: readonly SourceRecord[],
  used: ReadonlySet<string>,
): Finding[] {
  const file = files[check.file];
  return records.flatMap((record) => {
    const value = corrected(file, check.column, record);
    if (value === '' || used.has(value)) return [];
    return [
      {
        line: record.line,
        field: check.column,
        rule: check.kind,
        severity: check.severity,
        value,
        done: 'imported all the same',
        message: check.message,
      },
    ];
  });
}

export function corrected(file: FileSpec | undefined, column: string, record: SourceRecord): string {
  const cell = record.cells[column] ?? '';
  const corrections = file?.columns[column]?.corrections;
  return corrections && Object.hasOwn(corrections, cell) ? (corrections[cell] ?? cell) : cell;
}
