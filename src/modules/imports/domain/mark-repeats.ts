import { hashOf, type KeyHash, type KeySet } from './key-set.js';
import type { Finding, MappedRow } from './map-record.js';
import type { Step } from './mapping.js';
import { keyOf } from './plan.js';

/** A key that comes again is the same thing said twice where the step expects that, and a mistake elsewhere. Returns the key of a row that counts. */
export function markRepeats(
  row: MappedRow,
  { key, distinct, duplicates }: Pick<Step, 'key' | 'distinct' | 'duplicates'>,
  seen: KeySet,
): KeyHash | null {
  if (row.fate !== 'import' || key.length === 0) return null;
  const hash = hashOf(
    keyOf(key.map((field) => row.wanted[field] ?? row.values[field] ?? null)),
    distinct ? keyOf([row.values, row.wanted]) : '',
  );
  const before = seen.add(hash);
  if (before === null) return hash;
  if (duplicates === 'update') return hash;
  if (duplicates === 'skip' || (distinct && before === hash.content)) {
    row.fate = 'repeat';
    return null;
  }
  row.fate = 'reject';
  row.findings.push(again(row, key, distinct === true));
  return null;
}

const again = (row: MappedRow, key: readonly string[], distinct: boolean): Finding => ({
  line: row.line,
  field: null,
  rule: distinct ? 'conflicting_rows' : 'duplicate_in_file',
  severity: 'error',
  value: key.flatMap((field) => (typeof row.values[field] === 'string' ? [row.values[field]] : [])).join(' / ') || null,
  done: 'row left out',
  message: distinct ? 'An earlier line says something else about the same thing.' : 'An earlier line has the same key.',
});
