import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { ref } from '#kernel/resource/fields.js';

export const RoleAssignment = defineResource('role_assignment', {
  description: 'That a user has a role. Given by `role.assign`, taken by `role.unassign`.',
  table: 'identity.role_assignments',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', { required: true, writer: 'system', inverse: 'roleAssignments', onDelete: 'cascade' }),
    roleId: ref('role', { required: true, writer: 'system', inverse: 'assignments', onDelete: 'cascade' }),
  },
  unique: [{ fields: ['userId', 'roleId'], code: 'already_assigned' }],
});
export type RoleAssignment = Row<typeof RoleAssignment>;
