import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';

const base: readonly string[] = ['id', 'version', 'createdAt', 'updatedAt'];

/** What `expand` can put beside the ids of a row: name → the ref it follows. A name that the row uses itself cannot be one. */
export function expansionsOf({ fields }: Resource): ReadonlyMap<string, Field> {
  const refs = Object.entries(fields).filter(([name, field]) => field.kind === 'ref' && name.endsWith('Id') && !field.options.hidden);
  return new Map(
    refs
      .map(([name, field]): [string, Field] => [name.slice(0, -2), field])
      .filter(([short]) => !base.includes(short) && !Object.hasOwn(fields, short)),
  );
}
