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
  return reviveInside(field, value);
}

function reviveInside({ item, shape }: Field, value: unknown): unknown {
  if (item && Array.isArray(value)) return value.map((one) => reviveValue(item, one));
  return shape && isRecord(value) ? revive(shape, value) : value;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
