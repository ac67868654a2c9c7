import { boolean, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { keepingAnAdmin, mustHold, mustCover } from './rights-of.js';
import { RoleAssignment } from './role-assignment.resource.js';
import { escalation, lastAdmin } from './role-errors.js';
import { Role } from './role.resource.js';

export const unassignRole = defineCommand({
  name: 'role.unassign',
  summary: 'Take a role from a user; its rights are gone at once.',
  input: { roleId: ref('role', { required: true }), userId: ref('user', { required: true }) },
  output: { removed: boolean({ required: true, description: 'False when the user did not have the role.' }) },
  errors: { ...escalation, ...lastAdmin },

  async run({ roleId, userId }, work) {
    const adminRemains = await keepingAnAdmin(work);
    const role = await work.system.repo(Role).lock(roleId);
    mustCover(work, role);
    mustHold(work, role.denies);
    const assignments = work.system.repo(RoleAssignment);
    const known = await assignments.first({ roleId, userId });
    if (!known) return { removed: false };
    await assignments.delete(known.id);
    await adminRemains();
    return { removed: true };
  },
});
