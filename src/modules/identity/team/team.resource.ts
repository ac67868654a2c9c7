import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { ref, text } from '#kernel/resource/fields.js';

export const Team = defineResource('team', {
  description: 'A group of users. A right of reach `team` covers the records of the own team and of all teams below it.',
  table: 'identity.teams',
  scope: everyone,
  operations: ['list', 'get', 'update', 'delete'],
  fields: {
    name: text(120, { required: true, search: true, unique: true }),
    region: text(120, { index: true, description: 'The part of the market the team works, e.g. `Central`.' }),
    parentId: ref('team', {
      writer: 'system',
      inverse: 'subteams',
      description: 'The team above. Set when the team is made, changed by `team.move`.',
    }),
  },
});
export type Team = Row<typeof Team>;
