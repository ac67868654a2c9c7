import type { Field, Fields } from '#kernel/resource/fields.js';

/** What JSON forgot: instants come back as Date. Everything else is its own JSON. */
export function revive(fields: Fields, payload: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const revived: Record<string, unknown> = { ...payload };
  for (const [name, field] of Object.entries(fields)) {
    if (name in revived) revived[name] = reviveValue(field, revived[name]);
  }
  return revived;
}

function reviveValue(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (field.kind === 'instant' && typeof value === 'string') return new Date(value);
  if (field.kind === 'list' && field.item && Array.isArray(value)) {
    const { item } = field;
    return value.map((one) => reviveValue(item, one));
  }
  if (field.kind === 'object' && field.shape && isRecord(value)) return revive(field.shape, value);
  return value;
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
