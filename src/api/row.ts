import { forbidden } from '#kernel/errors/domain-error.js';
import type { ObjectItem, ObjectSelection, Part } from '#kernel/read/selection.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { wireInstant, wireValue } from './wire.js';

const instant = (value: unknown) => wireInstant(value instanceof Date ? value : new Date(String(value)));

/** A row a command answered with, exactly as a read would show it. The runner has left out and masked what the actor may not see. */
export function wireRow(resource: Resource, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body: Record<string, unknown> = {
    id: row['id'],
    version: row['version'],
    // Who may not read what he has written is told no more than the two.
    ...(Object.hasOwn(row, 'createdAt') ? { createdAt: instant(row['createdAt']), updatedAt: instant(row['updatedAt']) } : {}),
  };
  for (const [name, field] of Object.entries(resource.fields))
    if (!field.options.hidden && Object.hasOwn(row, name)) body[name] = wireValue(field, row[name]);
  return body;
}

type OwnItem = Extract<ObjectItem, { kind: 'constant' | 'base' | 'field' }>;
const isOwn = (item: ObjectItem): item is OwnItem => item.kind === 'constant' || item.kind === 'base' || item.kind === 'field';

/** Whether a selection asks for nothing but the row's own fields. */
export const isFlat = ({ items }: ObjectSelection): boolean => items.every(isOwn);

/**
 * A row as a selection wants it, when the selection asks for the row's own fields only; null when it asks for more, which
 * has to be read. Saves a write from reading back what it has just written.
 */
export function projectRow(selection: ObjectSelection, row: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
  if (!Object.hasOwn(row, 'createdAt')) return projectStub(selection, row);
  const whole = wireRow(selection.resource, row);
  const answer: Record<string, unknown> = {};
  for (const item of selection.items) {
    if (!isOwn(item)) return null;
    if (item.kind === 'constant') answer[item.key] = item.value;
    else answer[item.key] = item.kind === 'field' && item.parts ? partsOf(item.parts, whole[item.name]) : whole[item.name];
  }
  return answer;
}

/** Who may not read what he has written is told its id and version. The rest he cannot be told, though it is done. */
function projectStub({ resource, items }: ObjectSelection, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    items.map((item) => {
      if (item.kind === 'constant') return [item.key, item.value];
      if (item.kind === 'base' && (item.name === 'id' || item.name === 'version')) return [item.key, row[item.name]];
      throw forbidden('access.written_unreadable', `It is done, but you may not read this ${resource.name}: select only id and version.`, {
        id: row['id'],
        version: row['version'],
      });
    }),
  );
}

function partsOf(parts: readonly Part[], value: unknown): Record<string, unknown> | null {
  if (value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(parts.map(({ key, part }) => [key, typeof part === 'string' ? (given[part] ?? null) : part.value]));
}
