import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { instant, ref } from '#kernel/resource/fields.js';

export const TerritoryAssignment = defineResource('territory_assignment', {
  description: 'That a user works a territory, perhaps for a time. Given by `territory.assign`, taken by `territory.unassign`.',
  table: 'identity.territory_assignments',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', { required: true, writer: 'system', inverse: 'territoryAssignments', onDelete: 'cascade' }),
    territoryId: ref('territory', { required: true, writer: 'system', inverse: 'assignments', onDelete: 'cascade' }),
    validFrom: instant({ writer: 'system', description: 'From then on; from the start when empty.' }),
    validUntil: instant({ writer: 'system', description: 'No longer from then on; without end when empty.' }),
  },
  unique: [{ fields: ['userId', 'territoryId'], code: 'already_assigned' }],
});
export type TerritoryAssignment = Row<typeof TerritoryAssignment>;
