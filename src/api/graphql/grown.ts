import type { Field } from '#kernel/resource/fields.js';
import type { Registry } from '#kernel/resource/registry.js';

const known = new WeakMap<Registry, WeakMap<Registry, boolean>>();

/**
 * Whether all that `before` has is in `after` as it was, so that a read made for the former means the same to the latter. Where something
 * was changed or taken away it does not.
 */
export function isGrown(before: Registry, after: Registry): boolean {
  const byAfter = known.get(before) ?? new WeakMap<Registry, boolean>();
  known.set(before, byAfter);
  const found = byAfter.get(after) ?? hasAll(before, after);
  byAfter.set(after, found);
  return found;
}

const hasAll = (before: Registry, after: Registry): boolean =>
  [...before.resources.values()].every((resource) => {
    const now = after.resources.get(resource.name);
    if (!now || now.plural !== resource.plural || now.table !== resource.table) return false;
    const lists = new Set((after.inverses.get(resource.name) ?? []).map(({ name }) => name));
    return (
      (before.inverses.get(resource.name) ?? []).every(({ name }) => lists.has(name)) &&
      Object.entries(resource.fields).every(([name, field]) => isSame(field, now.fields[name]))
    );
  });

const isSame = (field: Field, other: Field | undefined): boolean =>
  other !== undefined && (field === other || printOf(field) === printOf(other));

/** What a field is, as a text: formulas are their statements. What it is called does not count. */
function printOf({ kind, target, values, scale, max, inverse, stored, options }: Field): string {
  const formula = stored?.in === 'formula' ? stored.sql('t') : '';
  return JSON.stringify([kind, target, values, scale, max, inverse, stored, formula, { ...options, description: '' }]);
}
