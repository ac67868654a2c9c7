import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import { relationsOf } from '#kernel/resource/relations.js';

/** What `expand` can put beside the ids of a row: name → the ref it follows. */
export const expansionsOf = (resource: Resource): ReadonlyMap<string, Field> =>
  new Map(
    [...relationsOf(resource)].flatMap(([name, refField]) => {
      const field = resource.fields[refField];
      return field ? [[name, field] as const] : [];
    }),
  );
