import { defineEvent, type DomainEvent, type Occurrence } from '#kernel/usecase/define-event.js';

/** An event of another module, by name: its definition is not ours to import. */
export const heard = (name: string): DomainEvent => defineEvent(name, `${name}, as analytics hears it.`, {});

/** Whether one of `fields` changed. */
export function changedOneOf({ payload }: Occurrence, fields: readonly string[]): boolean {
  const { changed } = payload;
  return !Array.isArray(changed) || changed.some((name) => fields.includes(String(name)));
}
