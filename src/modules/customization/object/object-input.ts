import { boolean, json, list, object, text } from '#kernel/resource/fields.js';

const features = {
  timeline: boolean({ description: 'Whether its records have a timeline, and are told of on those of others.' }),
  files: boolean({ description: 'Whether files hang on its records.' }),
  assignment: boolean({ description: 'Whether its records have an owner. Without, rights to them reach all or nothing.' }),
} as const;

const stage = {
  key: text(60, { required: true, description: 'Stable for ever.' }),
  labels: json({ required: true, description: 'Its name by language.' }),
  next: list(text(60, { required: true }), { max: 100, description: 'Those that may follow; all others when left out.' }),
  isFinal: boolean({ description: 'Whether nothing follows.' }),
} as const;

/** What may be said of what records of an object have, when it is made and later. */
export const featuresInput = {
  features: object(features, {
    name: 'ObjectFeaturesInput',
    description: 'What its records have beside their fields; what is left out stays, at first on.',
  }),
  stages: list(object(stage, { name: 'ObjectStageInput' }), {
    max: 100,
    description:
      'Where its records may stand, in their order; the first is where new ones begin. Those left out later are out of use; none at all: they have no stages.',
  }),
} as const;
