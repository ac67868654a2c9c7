import { boolean, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { holderErrors, holderOf } from './assign-role.js';
import { keepingAnAdmin, mustCover, mustHold } from './rights-of.js';
import { RoleAssignment } from './role-assignment.resource.js';
import { escalation, lastAdmin } from './role-errors.js';
import { Role } from './role.resource.js';

export const unassignRole = defineCommand({
  name: 'role.unassign',
  summary: 'Take a role from a user or a team; its rights are gone at once.',
  input: { roleId: ref('role', { required: true }), userId: ref('user'), teamId: ref('team') },
  output: { removed: boolean({ required: true, description: 'False when the role was not given so.' }) },
  errors: { ...escalation, ...lastAdmin, ...holderErrors },

  async run({ roleId, userId, teamId }, work) {
    const holder = holderOf({ userId, teamId });
    const adminRemains = await keepingAnAdmin(work);
    const role = await work.system.repo(Role).lock(roleId);
    mustCover(work, role);
    mustHold(work, role.denies);
    const assignments = work.system.repo(RoleAssignment);
    const known = await assignments.first({ roleId, ...holder });
    if (!known) return { removed: false };
    await assignments.delete(known.id);
    await adminRemains();
    return { removed: true };
  },
});
