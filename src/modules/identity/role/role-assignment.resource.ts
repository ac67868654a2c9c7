import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { instant, ref } from '#kernel/resource/fields.js';

export const RoleAssignment = defineResource('role_assignment', {
  description: 'That a user, or every user of a team, has a role, perhaps for a time. Given by `role.assign`, taken by `role.unassign`.',
  table: 'identity.role_assignments',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', {
      writer: 'system',
      inverse: 'roleAssignments',
      onDelete: 'cascade',
      description: 'Who has the role; empty when a team has.',
    }),
    roleId: ref('role', { required: true, writer: 'system', inverse: 'assignments', onDelete: 'cascade' }),
    teamId: ref('team', {
      writer: 'system',
      inverse: 'roleAssignments',
      onDelete: 'cascade',
      description: 'Whose users have the role; those of teams below do not.',
    }),
    validFrom: instant({ writer: 'system', description: 'The role counts from then on; from the start when empty.' }),
    validUntil: instant({ writer: 'system', description: 'The role counts no longer from then on; without end when empty.' }),
  },
  unique: [
    { fields: ['userId', 'roleId'], code: 'already_assigned' },
    { fields: ['teamId', 'roleId'], code: 'already_assigned' },
  ],
});
export type RoleAssignment = Row<typeof RoleAssignment>;
