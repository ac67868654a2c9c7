import type { Resource } from '#kernel/resource/define-resource.js';
import type { Fields } from '#kernel/resource/fields.js';
import { wireInstant, wireValue } from '../wire.js';

const instant = (value: unknown) => wireInstant(value instanceof Date ? value : new Date(String(value)));

/** A row a command answered with, exactly as a read would show it. */
export function wireRow(resource: Resource, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body: Record<string, unknown> = {
    id: row['id'],
    version: row['version'],
    createdAt: instant(row['createdAt']),
    updatedAt: instant(row['updatedAt']),
  };
  for (const [name, field] of Object.entries(resource.fields as Fields))
    if (!field.options.hidden) body[name] = wireValue(field, row[name]);
  return body;
}
