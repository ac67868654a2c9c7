import { defineEvent, type DomainEvent, type Occurrence, type RecordVerb } from '#kernel/usecase/define-event.js';

/** A record event of another module, by name: its definition is not ours to import. */
export const heard = (module: string, resource: string, verb: RecordVerb): DomainEvent =>
  defineEvent(`${module}.${resource}_${verb}`, `A ${resource} was ${verb}.`, {});

/** Whether one of `fields` changed. */
export function changedOneOf({ payload }: Occurrence, fields: readonly string[]): boolean {
  const { changed } = payload;
  return !Array.isArray(changed) || changed.some((name) => fields.includes(String(name)));
}
