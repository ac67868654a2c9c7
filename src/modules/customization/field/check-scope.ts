import { invalid } from '#kernel/errors/domain-error.js';
import type { Field } from '#kernel/resource/fields.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { FieldType } from '../domain/field-types.js';
import type { FieldDefinition } from './field-definition.resource.js';

const ownTypes: ReadonlySet<FieldType> = new Set(['user', 'relation', 'enum', 'bool', 'text']);
const kinds: ReadonlySet<string> = new Set(['ref', 'choice', 'boolean', 'text']);

/** Values can be unique among records that share what a record holds in one value. */
export function checkScope(registry: Registry, others: readonly FieldDefinition[], field: FieldDefinition): void {
  const names = field.uniqueWithin ?? [];
  for (const [i, name] of names.entries())
    if (name === field.key || names.indexOf(name) !== i || !isFit(registry, others, { objectName: field.objectName, name }))
      throw unfitScope(i, name);
}

function isFit(
  { resources }: Registry,
  others: readonly FieldDefinition[],
  { objectName, name }: { readonly objectName: string; readonly name: string },
): boolean {
  const own = others.find((other) => other.objectName === objectName && other.key === name);
  if (own) return ownTypes.has(own.type);
  const base = resources.get(objectName);
  if (!base) return name === 'ownerId';
  const field = Object.hasOwn(base.fields, name) ? base.fields[name] : undefined;
  return field !== undefined && isShared(field);
}

/** The database empties some references when what they refer to goes; nobody looks at what is unique then. */
const isShared = ({ kind, options, onDelete }: Field): boolean =>
  kinds.has(kind) && !options.hidden && !(kind === 'ref' && onDelete === 'set_null');

const unfitScope = (place: number, name: string) =>
  invalid(
    'field_definition.scope_unfit',
    `Nothing is unique within "${name.slice(0, 60)}": that has to be another reference, choice, yes or no, or text of the same object, and no reference that is emptied when its target is deleted.`,
    {
      name: name.slice(0, 60),
      errors: [{ path: `/uniqueWithin/${place}`, code: 'scope_unfit', message: 'is no field values can be unique within' }],
    },
  );
