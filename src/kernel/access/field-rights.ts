import { forbidden, type DomainError } from '../errors/domain-error.js';
import { textOf } from '../pure/text.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field } from '../resource/fields.js';
import type { Actor, FieldRight } from './actor.js';
import { refuseOwned } from './source-owners.js';

type Bearer = Pick<Actor, 'fieldRights'>;
type Writer = Pick<Actor, 'fieldRights' | 'kind' | 'type' | 'label'>;
type Row = Readonly<Record<string, unknown>>;
/** A field by its place: what refusals name and rules are written about. */
export interface FieldName {
  readonly resource: string;
  readonly field: string;
}

const maskedKinds: ReadonlySet<string> = new Set(['text', 'longText', 'url', 'email', 'phone']);

/** Texts alone can be masked: of a number, a day or a reference nothing sensible would be left. */
export const isMaskable = (field: Field): boolean => maskedKinds.has(field.kind);

/**
 * What `actor` may not do with a field; null when nothing is kept from him. The one source of truth: every path asks here.
 * A copy is kept from whoever is kept from what it was copied from. A mask on a field that cannot be masked hides it.
 */
export function fieldRight(actor: Bearer, resource: Pick<Resource, 'name' | 'fields'>, name: string): FieldRight | null {
  const field = resource.fields[name];
  const own = actor.fieldRights[`${resource.name}.${name}`] ?? null;
  const right = field?.options.of ? strictest([own, ...rightsToSee(actor, field.options.of)]) : own;
  return right === 'mask' && !(field && isMaskable(field)) ? 'hide' : right;
}

const rightsToSee = (actor: Bearer, paths: readonly string[]) =>
  paths.map((path) => actor.fieldRights[path]).filter((right) => right === 'hide' || right === 'mask');

const byStrictness = ['hide', 'mask', 'read'] as const;

export const strictest = (rights: readonly (FieldRight | null)[]): FieldRight | null =>
  byStrictness.find((right) => rights.includes(right)) ?? null;

export const isHidden = (actor: Bearer, resource: Pick<Resource, 'name' | 'fields'>, name: string): boolean =>
  fieldRight(actor, resource, name) === 'hide';
export const isMasked = (actor: Bearer, resource: Pick<Resource, 'name' | 'fields'>, name: string): boolean =>
  fieldRight(actor, resource, name) === 'mask';

/** Whether the value may decide anything the actor can see: which rows are found, in which order, what they add up to. */
export function mayAsk(actor: Bearer, resource: Resource, name: string): boolean {
  const right = fieldRight(actor, resource, name);
  return right !== 'hide' && right !== 'mask';
}

/** Whether an actor is kept from seeing anything at all: most are not, and then nothing needs looking at. */
export const seesLess = (actor: Bearer): boolean => Object.values(actor.fieldRights).some((right) => right !== 'read');

/** The refusal that names every field it is about, each as `contact.email`. */
export function fieldForbidden(fields: readonly FieldName[]): DomainError {
  const names = [...new Set(fields.map(({ resource, field }) => `${resource}.${field}`))];
  return forbidden(
    'access.field_forbidden',
    `With your rights this cannot be done with ${names.slice(0, 10).join(', ')}. Leave the ${names.length === 1 ? 'field' : 'fields'} out, or ask an administrator.`,
    { resource: fields[0]?.resource ?? '', fields: names },
  );
}

/** Refuses input that names a field the actor may not write, whatever keeps him from it. */
export function refuseWriting(actor: Writer, resource: Resource, names: readonly string[]): void {
  refuseOwned(actor, resource, names);
  const kept = names.filter((name) => fieldRight(actor, resource, name) !== null);
  if (kept.length > 0) throw fieldForbidden(kept.map((field) => ({ resource: resource.name, field })));
}

/** Refuses a question that names a field whose value the actor may not see in the clear. */
export function refuseAsking(actor: Bearer, fields: readonly { readonly of: Resource; readonly field: string }[]): void {
  const kept = fields.filter(({ of, field }) => !mayAsk(actor, of, field));
  if (kept.length > 0) throw fieldForbidden(kept.map(({ of, field }) => ({ resource: of.name, field })));
}

/** Of fields named as rules name them, `account.name`, those whose value the actor may not see in the clear. */
export const withheld = (actor: Bearer, paths: readonly string[]): string[] =>
  paths.filter((path) => actor.fieldRights[path] === 'hide' || actor.fieldRights[path] === 'mask');

/** `refuseAsking` for what knows its fields by their paths only. */
export function refusePaths(actor: Bearer, paths: readonly string[]): void {
  const kept = withheld(actor, paths).map((path) => path.split('.'));
  if (kept.length > 0) throw fieldForbidden(kept.map(([resource = '', field = '']) => ({ resource, field })));
}

/** What is shown instead of a text: `j•••@example.de`, the last two digits of a number, else nothing of it. Empty stays empty. */
export function masked(field: Field, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = textOf(value);
  if (field.kind === 'email')
    return `${Array.from(text)[0] ?? ''}•••${text.includes('@') ? `@${text.slice(text.lastIndexOf('@') + 1)}` : ''}`;
  if (field.kind === 'phone') return `•••${text.replace(/[^0-9]/g, '').slice(-2)}`;
  return '•••';
}

/** The fields of a row an actor sees, by name, masked where they have to be. */
export function visibleRow(actor: Bearer, resource: Resource, row: Row): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(resource.fields)) {
    const right = fieldRight(actor, resource, name);
    if (field.options.hidden || right === 'hide') continue;
    seen[name] = right === 'mask' ? masked(field, row[name]) : row[name];
  }
  return seen;
}

/** Names of changed fields as an actor may be told them: that a hidden field changed is not told. */
export const visibleNames = (actor: Bearer, resource: Pick<Resource, 'name' | 'fields'>, names: readonly string[]): string[] =>
  names.filter((name) => !isHidden(actor, resource, name));

export type FieldChanges = Readonly<Record<string, readonly [before: unknown, after: unknown]>>;

/** The changes of an audit entry as an actor may read them; a masked field shows that it changed and its masks. */
export function visibleChanges(actor: Bearer, resource: Pick<Resource, 'name' | 'fields'>, changes: FieldChanges): FieldChanges {
  const seen = visibleNames(actor, resource, Object.keys(changes)).map((name) => {
    const [before, after] = changes[name] ?? [null, null];
    const field = resource.fields[name];
    const shown = field && isMasked(actor, resource, name) ? [masked(field, before), masked(field, after)] : [before, after];
    return [name, shown as [unknown, unknown]] as const;
  });
  return Object.fromEntries(seen);
}
