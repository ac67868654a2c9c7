import type { FieldChanges } from '../access/field-rights.js';
import { sealedMark, type Change, type KeptChanges } from './changes.js';
import { unsealValues } from './record-keys.js';

/** The part of an entry its changes are read from. */
export interface KeptEntry {
  readonly record_id: string;
  readonly changes: KeptChanges;
  readonly personal: Buffer | null;
}

export interface OpenChanges {
  readonly changes: FieldChanges;
  /** Fields that changed and whose values nobody can read any more. */
  readonly erased: readonly string[];
}

/** The changes of an entry with their personal values, as far as the key of the record is there. */
export function openChanges(
  { record_id: recordId, changes: kept, personal }: KeptEntry,
  { tenantId, keys }: { readonly tenantId: string; readonly keys: ReadonlyMap<string, Buffer> },
): OpenChanges {
  const key = personal && keys.get(recordId);
  const opened = (key && unsealValues(key, personal, { tenantId, recordId })) ?? {};
  const changes: Record<string, Change> = {};
  const erased: string[] = [];
  for (const [name, change] of Object.entries(kept)) {
    const found = change === sealedMark ? opened[name] : change;
    if (isChange(found)) changes[name] = found;
    else erased.push(name);
  }
  return { changes, erased };
}

const isChange = (value: unknown): value is Change => Array.isArray(value) && value.length === 2;
