import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, ref, text } from '#kernel/resource/fields.js';
import { translations } from '#kernel/resource/translations.js';

const certainty = { won: 100, lost: 0 } as const;

export const Stage = defineResource('stage', {
  description: 'A step of a pipeline. Won and lost are stages too, so that a board can show them.',
  table: 'sales.stages',
  scope: everyone,
  fields: {
    pipelineId: ref('pipeline', { required: true, inverse: 'stages', onDelete: 'cascade' }),
    name: text(80, { required: true, translatable: true }),
    position: integer({ required: true, min: 1, description: 'Order within the pipeline, from 1.' }),
    kind: choice(['open', 'won', 'lost'], { required: true, default: 'open', description: 'What being here says about an opportunity.' }),
    probability: integer({ required: true, min: 0, max: 100, description: 'Chance in per cent that an opportunity here will be won.' }),
    translations: translations('stage.name'),
  },
  unique: [
    { fields: ['pipelineId', 'name'], code: 'name_taken' },
    { fields: ['pipelineId', 'position'], code: 'position_taken' },
  ],
  invariants: [
    {
      code: 'stage.end_not_certain',
      message: 'A won stage has a probability of 100, a lost one of 0.',
      holds: ({ kind, probability }) => kind === 'open' || probability === certainty[kind],
    },
  ],
});
export type Stage = Row<typeof Stage>;
