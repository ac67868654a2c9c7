import { reachOf, type FieldRight, type FieldRights, type Permissions } from '#kernel/access/actor.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Field } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';

/** What a role gives, denies and withholds. */
export interface RoleRights {
  readonly permissions: Permissions;
  readonly denies: readonly string[];
  readonly fieldRules: FieldRights;
}

const strictness: Readonly<Record<FieldRight, number>> = { read: 1, mask: 2, hide: 3 };
const strictnessOf = (right: FieldRight | undefined) => (right === undefined ? 0 : strictness[right]);
const nounOf = (field: string) => field.slice(0, field.indexOf('.'));

/** The rules of several roles together: for each field the mildest among the roles that let its record be read; one without a rule opens it. */
export function mildest(roles: readonly Pick<RoleRights, 'permissions' | 'fieldRules'>[]): FieldRights {
  const result: Record<string, FieldRight> = {};
  for (const field of new Set(roles.flatMap((role) => Object.keys(role.fieldRules)))) {
    const readers = roles.filter((role) => reachOf(role.permissions, `${nounOf(field)}:read`) !== null);
    // Who may not read the record at all may still write it and be answered: then every rule counts.
    const right =
      readers.length > 0
        ? readers.map((role) => role.fieldRules[field]).reduce((a, b) => (strictnessOf(a) <= strictnessOf(b) ? a : b))
        : roles.map((role) => role.fieldRules[field]).reduce((a, b) => stricter(a, b));
    if (right) result[field] = right;
  }
  return result;
}

/** Both sets of rules at once: a key is bound by those of its user and by its own. */
export function strictest(a: FieldRights, b: FieldRights): FieldRights {
  const result: Record<string, FieldRight> = {};
  for (const field of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const right = stricter(a[field], b[field]);
    if (right) result[field] = right;
  }
  return result;
}

const stricter = (a: FieldRight | undefined, b: FieldRight | undefined) => (strictnessOf(a) >= strictnessOf(b) ? a : b);

/** Fields `have` withholds that records readable through `wanted` would show. */
export function milderThan(have: FieldRights, wanted: Pick<RoleRights, 'permissions' | 'fieldRules'>): string[] {
  return Object.entries(have)
    .filter(([field]) => ['read', 'update', 'create'].some((verb) => reachOf(wanted.permissions, `${nounOf(field)}:${verb}`) !== null))
    .filter(([field, right]) => strictnessOf(wanted.fieldRules[field]) < strictness[right])
    .map(([field]) => field);
}

/** Reads rules a client has written: resource and field must exist, and the rule must be one the field can bear. */
export function readFieldRules(work: Work, value: unknown): FieldRights {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unfit('', 'must be an object of field and rule');
  const entries = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, right]): [string, FieldRight] => {
    const found = fieldOf(work, name);
    if (!found) throw unfit(name, `There is no field "${name.slice(0, 80)}" a rule could be for.`);
    if (!isRule(right)) throw unfit(name, 'The rule is hide, mask or read.');
    const problem = whyNot(found.resource, found.fieldName, found.field, right);
    if (problem) throw unfit(name, problem);
    return [name, right];
  });
  return Object.fromEntries(entries);
}

const isRule = (right: unknown): right is FieldRight => right === 'hide' || right === 'mask' || right === 'read';

function fieldOf(work: Work, name: string): { resource: Resource; fieldName: string; field: Field } | null {
  const [noun = '', fieldName = '', ...rest] = name.split('.');
  const resource = work.definitions.resources.get(noun) ?? work.definitions.whole.resources.get(noun);
  const field = resource && Object.hasOwn(resource.fields, fieldName) ? resource.fields[fieldName] : undefined;
  return resource && field && !field.options.hidden && rest.length === 0 ? { resource, fieldName, field } : null;
}

const maskable = new Set<Field['kind']>(['text', 'longText', 'email', 'phone', 'url']);

function whyNot(resource: Resource, name: string, field: Field, right: FieldRight): string | null {
  const { scope } = resource;
  if (right !== 'read' && scope.kind === 'owned' && (name === scope.by || name === scope.territory))
    return 'A field that decides who reaches the record cannot be withheld.';
  if (right === 'mask' && !maskable.has(field.kind)) return 'Only texts, addresses of mail, telephone numbers and links can be masked.';
  return null;
}

const unfit = (name: string, message: string) =>
  invalid('role.field_rules_unfit', 'The field rules cannot be understood.', {
    errors: [
      { path: `/fieldRules${name ? `/${name.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1')}` : ''}`, code: 'unfit', message },
    ],
  });
