import { invalid } from '#kernel/errors/domain-error.js';
import type { InputOf } from '#kernel/resource/fields.js';
import { isOptionKey } from '../domain/names.js';
import type { Features, ObjectDefinition, Stage } from './object-definition.resource.js';
import { readLabels } from './object-errors.js';
import type { featuresInput } from './object-input.js';

export const featureErrors = {
  'object_definition.stages_unfit':
    'Stages have keys of their own and lead to one another; none of the fields or lists of the object is called `stage`.',
} as const;

/** Fields of these names would meet with the one that tells the stage. */
export const stageNames: readonly string[] = ['stage', 'stageId'];

type Given = InputOf<typeof featuresInput>;
export type FeaturesSaid = NonNullable<Given['features']>;
export type StagesSaid = NonNullable<Given['stages']>;
type Said = Pick<ObjectDefinition, 'features' | 'stages'>;

export const allOn: Features = { timeline: true, files: true, assignment: true };

/** What is said of features and stages, on top of what was said before. */
export const readFeatures = ({ features, stages }: Given, before: Said = { features: null, stages: null }): Said => ({
  features: features ? { ...(before.features ?? allOn), ...given(features) } : before.features,
  stages: stages === undefined ? before.stages : stages?.length ? readStages(stages, before.stages ?? []) : null,
});

const given = (features: FeaturesSaid): Partial<Features> =>
  Object.fromEntries(Object.entries(features).filter(([, isOn]) => typeof isOn === 'boolean'));

/** Stages that are left out are not forgotten: records may stand there, and their keys stay theirs. */
function readStages(given: NonNullable<Given['stages']>, before: readonly Stage[]): Stage[] {
  const keys = given.map(({ key }) => key);
  const twice = keys.findIndex((key, i) => !isOptionKey(key) || keys.indexOf(key) !== i);
  if (twice >= 0) throw unfitStages(`/stages/${twice}/key`, 'is no word of letters, digits and _ of its own');
  const stray = given.findIndex(({ key, next }) => (next ?? []).some((other) => other === key || !keys.includes(other)));
  if (stray >= 0) throw unfitStages(`/stages/${stray}/next`, 'names no other stage');
  const torn = given.findIndex(({ next, isFinal }) => isFinal === true && (next ?? []).length > 0);
  if (torn >= 0) throw unfitStages(`/stages/${torn}/next`, 'does not go with a final stage');
  const fresh = given.map(({ key, labels, next, isFinal }, i): Stage => ({
    key,
    labels: readLabels(labels, `/stages/${i}/labels`),
    next: next ?? null,
    isFinal: isFinal === true,
    isActive: true,
  }));
  return [
    ...fresh,
    ...before.filter(({ key }) => !keys.includes(key)).map((stage) => ({ ...stage, next: null, isFinal: false, isActive: false })),
  ];
}

export const unfitStages = (path: string, message: string) =>
  invalid('object_definition.stages_unfit', `The stages cannot be so: ${path} ${message}.`, {
    errors: [{ path, code: 'stages_unfit', message }],
  });
