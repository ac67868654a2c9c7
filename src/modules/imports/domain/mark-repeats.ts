import type { MappedRow } from './map-record.js';
import { keyOf } from './plan.js';

/** What earlier lines of a step brought, by key. */
export type Seen = Map<string, string>;

/** A key that comes again is the same thing said twice where the step expects that, and a mistake elsewhere. */
export function markRepeats(row: MappedRow, key: readonly string[], distinct: boolean, seen: Seen): void {
  if (row.fate !== 'import') return;
  const name = keyOf(key.map((field) => row.wanted[field] ?? row.values[field] ?? null));
  const content = distinct ? keyOf([row.values, row.wanted]) : '';
  const before = seen.get(name);
  if (before === undefined) {
    seen.set(name, content);
    return;
  }
  if (distinct && before === content) {
    row.fate = 'repeat';
    return;
  }
  row.fate = 'reject';
  row.findings.push({
    line: row.line,
    field: null,
    rule: distinct ? 'conflicting_rows' : 'duplicate_in_file',
    severity: 'error',
    value: key.flatMap((field) => (typeof row.values[field] === 'string' ? [row.values[field]] : [])).join(' / ') || null,
    done: 'row left out',
    message: distinct ? 'An earlier line says something else about the same thing.' : 'An earlier line has the same key.',
  });
}
