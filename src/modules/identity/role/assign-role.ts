import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { mustCover, mustHold } from './rights-of.js';
import { RoleAssignment } from './role-assignment.resource.js';
import { escalation } from './role-errors.js';
import { Role } from './role.resource.js';

export const assignRole = defineCommand({
  name: 'role.assign',
  summary: 'Give a user a role, unless it reaches further than your own rights. Twice is the same as once.',
  input: { roleId: ref('role', { required: true }), userId: ref('user', { required: true }) },
  output: { roleAssignmentId: ref('role_assignment', { required: true }) },
  errors: escalation,

  async run({ roleId, userId }, work) {
    return { roleAssignmentId: await giveRole(work, roleId, userId) };
  },
});

export async function giveRole(work: Work, roleId: string, userId: string): Promise<string> {
  // The lock makes two who give the same role wait for each other.
  const role = await work.system.repo(Role).lock(roleId);
  mustCover(work, role);
  mustHold(work, role.denies);
  const assignments = work.system.repo(RoleAssignment);
  const known = await assignments.first({ roleId, userId });
  return (known ?? (await assignments.create({ roleId, userId }))).id;
}
