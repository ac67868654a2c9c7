import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, ref, text } from '#kernel/resource/fields.js';

export const Territory = defineResource('territory', {
  description: 'A part of the market. A right of reach `territory` covers the records of the own territories and of all below them.',
  table: 'identity.territories',
  scope: everyone,
  operations: ['list', 'get', 'update', 'delete'],
  fields: {
    name: text(120, { required: true, search: true, unique: true }),
    parentId: ref('territory', {
      writer: 'system',
      inverse: 'subterritories',
      description: 'The territory above. Set when it is made, changed by `territory.move`.',
    }),
    active: boolean({
      required: true,
      default: true,
      description: 'An inactive territory gives nobody anything, and nor do those below it. For planning, and for what is over.',
    }),
  },
});
export type Territory = Row<typeof Territory>;
