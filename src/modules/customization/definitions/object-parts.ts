import { ownedBy, type Moves, type RecordScope, type Resource } from '#kernel/resource/define-resource.js';
import { ref, type Field, type Fields } from '#kernel/resource/fields.js';
import type { ObjectDefinition, Stage } from '../object/object-definition.resource.js';
import { ownFirst } from './to-field.js';

/** The member of `custom` that says where a record stands: no field can be called so. */
const stageMember = '$stage';

type Parts = Pick<Resource, 'scope' | 'fields' | 'without' | 'moves'>;

/** What records of an object have before it has fields, and what is switched off of that. */
export function partsOf({ features, stages }: ObjectDefinition, locale: string): Parts {
  const off = features === null ? [] : (['timeline', 'files'] as const).filter((name) => !features[name]);
  const assigned = features?.assignment !== false;
  return {
    ...(off.length > 0 ? { without: off } : {}),
    ...(stages?.length ? { moves: movesOf(stages) } : {}),
    ...(assigned ? owned : { scope: unowned, fields: {} }),
    ...(stages?.length ? { fields: { ...(assigned ? owned.fields : {}), stage: stageField(stages, locale) } } : {}),
  };
}

const unowned: RecordScope = { kind: 'everyone', strict: true };
const owned: { readonly scope: RecordScope; readonly fields: Fields } = {
  scope: ownedBy('ownerId'),
  fields: { ownerId: ref('user', { description: 'Whose record it is.' }) },
};

/** A record that nobody could write anything into could not be made: such an object keeps its owner until it has a field. */
export const writable = (resource: Resource): Resource =>
  Object.values(resource.fields).some(({ options }) => options.writer !== 'system')
    ? resource
    : { ...resource, scope: owned.scope, fields: { ...owned.fields, ...resource.fields } };

function stageField(stages: readonly Stage[], locale: string): Field {
  const [first] = stages;
  const retired = new Set(stages.filter(({ isActive }) => !isActive).map(({ key }) => key));
  return {
    kind: 'choice',
    values: stages.map(({ key }) => key),
    options: { description: 'Where it stands.', ...(first?.isActive ? { default: first.key } : {}) },
    stored: { in: 'custom', key: stageMember },
    labels: ownFirst({ en: 'Stage', de: 'Phase' }, locale),
    valueLabels: Object.fromEntries(stages.map(({ key, labels }) => [key, ownFirst(labels, locale)])),
    ...(retired.size > 0
      ? {
          rules: [
            {
              code: 'option_retired',
              message: 'is a choice that is not used any more',
              holds: (value: unknown) => typeof value !== 'string' || !retired.has(value),
            },
          ],
        }
      : {}),
  };
}

/** From a stage that is out of use, everything that is in use may follow. */
function movesOf(stages: readonly Stage[]): Moves {
  const inUse = stages.filter(({ isActive }) => isActive).map(({ key }) => key);
  const next = stages.map(({ key, next: said, isFinal }): [string, string[]] => [
    key,
    isFinal ? [] : inUse.filter((other) => other !== key && (said === null || said.includes(other))),
  ]);
  return { field: 'stage', next: Object.fromEntries(next) };
}
