import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { integer, text } from '#kernel/resource/fields.js';
import { translations } from '#kernel/resource/translations.js';

export const Pipeline = defineResource('pipeline', {
  description: 'A way of selling: an ordered set of stages.',
  table: 'sales.pipelines',
  scope: everyone,
  fields: {
    name: text(120, { required: true, unique: true, translatable: true }),
    position: integer({ required: true, default: 1, min: 1, description: 'The pipeline with the lowest position takes what names none.' }),
    translations: translations('pipeline.name'),
  },
});
export type Pipeline = Row<typeof Pipeline>;
