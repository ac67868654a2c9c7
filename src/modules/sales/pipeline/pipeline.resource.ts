import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { integer, text } from '#kernel/resource/fields.js';

export const Pipeline = defineResource('pipeline', {
  description: 'A way of selling: an ordered set of stages.',
  table: 'sales.pipelines',
  scope: everyone,
  fields: {
    name: text(120, { required: true, unique: true }),
    position: integer({ required: true, default: 1, min: 1, description: 'The pipeline with the lowest position takes what names none.' }),
  },
});
export type Pipeline = Row<typeof Pipeline>;
