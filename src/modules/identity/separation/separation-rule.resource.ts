import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { json, text } from '#kernel/resource/fields.js';

export const SeparationRule = defineResource('separation_rule', {
  description: 'Rights of which nobody may hold two: who asks does not approve. Made and changed by `separation_rule.define`.',
  table: 'identity.separation_rules',
  scope: everyone,
  operations: ['list', 'get', 'delete'],
  fields: {
    name: text(120, { required: true, unique: true, writer: 'system' }),
    rights: json<string[], { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'Two or more rights, e.g. `["price:create", "opportunity:win"]`.',
    }),
  },
});
export type SeparationRule = Row<typeof SeparationRule>;
