import { textOf } from '#kernel/pure/text.js';
import { allParts } from '#kernel/resource/columns.js';
import type { Field, Fields } from '#kernel/resource/fields.js';
import type { Resource } from '#kernel/resource/define-resource.js';

/** An instant exactly as PostgreSQL writes it in JSON under UTC, so that every path shows the same text. */
export const wireInstant = (date: Date): string => `${date.toISOString().slice(0, 19)}${fraction(date)}+00:00`;

function fraction(date: Date): string {
  const ms = date.getUTCMilliseconds();
  return ms === 0 ? '' : `.${String(ms).padStart(3, '0').replace(/0+$/, '')}`;
}

/** A value of a command's output as JSON. */
export function wireValue(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.kind === 'instant') return wireInstant(value instanceof Date ? value : new Date(textOf(value)));
  if (field.kind === 'list') return (value as unknown[]).map((item) => wireValue(field.item as Field, item));
  if (field.kind === 'object') return wireFields(field.shape ?? {}, value as Record<string, unknown>);
  if (field.kind === 'decimal') return textOf(value);
  if (field.kind === 'plan') return wirePlan(allParts(field, value));
  return value;
}

const wirePlan = ({ local, zone, at, isShifted }: Readonly<Record<string, unknown>>) => ({
  local,
  zone,
  at: wireInstant(at as Date),
  isShifted,
});

export const wireFields = (fields: Fields, value: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, wireValue(field, value[name])]));

/** The id a CRUD command answers with, whether fresh or replayed. */
export const rowId = (resource: Resource, result: unknown): string => {
  const id = (result as { id?: unknown } | null)?.id;
  if (typeof id !== 'string') throw new Error(`${resource.name}: the command answered without an id.`);
  return id;
};
