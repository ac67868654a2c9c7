import type { Finding, SourceRecord } from './map-record.js';
import type { CurrencyCheck, FileSpec, UnusedCheck } from './mapping.js';

/** Lines of one file whose value in a column never occurs in another file's column, known mistakes put right. */
export function unusedValues(
  check: UnusedCheck,
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

/** One finding for each currency that is not the company's. */
export const foreignAmounts = (check: CurrencyCheck, own: string, amounts: ReadonlyMap<string, number>): Finding[] =>
  [...amounts]
    .filter(([currency]) => currency !== own)
    .map(([currency, count]) => ({
      line: 0,
      field: check.field,
      rule: check.kind,
      severity: check.severity,
      value: currency,
      done: `${count} amounts kept in ${currency}, not converted to ${own}`,
      message: check.message,
    }));

/** The currency of an amount of money, null of anything else. */
export function currencyOf(value: unknown): string | null {
  const isMoney = typeof value === 'object' && value !== null && 'currency' in value;
  return isMoney && typeof value.currency === 'string' ? value.currency : null;
}

export function corrected(file: FileSpec | undefined, column: string, record: SourceRecord): string {
  const cell = record.cells[column] ?? '';
  const corrections = file?.columns[column]?.corrections;
  return corrections && Object.hasOwn(corrections, cell) ? (corrections[cell] ?? cell) : cell;
}
