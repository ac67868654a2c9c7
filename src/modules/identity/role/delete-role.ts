import { boolean, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { keepingAnAdmin, mustHold, mustCover } from './rights-of.js';
import { escalation, lastAdmin } from './role-errors.js';
import { Role } from './role.resource.js';

export const deleteRole = defineCommand({
  name: 'role.delete',
  summary: 'Delete a role; who had it loses its rights at once.',
  rest: { method: 'DELETE', path: '/roles/{roleId}' },
  input: { roleId: ref('role', { required: true }) },
  output: { deleted: boolean({ required: true }) },
  errors: { ...escalation, ...lastAdmin },

  async run({ roleId }, work) {
    const adminRemains = await keepingAnAdmin(work);
    const role = await work.repo(Role).lock(roleId);
    mustCover(work, role);
    mustHold(work, role.denies);
    await work.repo(Role).delete(roleId);
    await adminRemains();
    return { deleted: true };
  },
});
