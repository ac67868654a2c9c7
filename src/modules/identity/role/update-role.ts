import { json, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { keepingAnAdmin, mustCover, readPermissions } from './rights-of.js';
import { escalation, lastAdmin, permissionsUnfit } from './role-errors.js';
import { Role } from './role.resource.js';

export const updateRole = defineCommand({
  name: 'role.update',
  summary: 'Change a role. It takes effect at once for everybody who has it.',
  rest: { method: 'PATCH', path: '/roles/{roleId}' },
  input: {
    roleId: ref('role', { required: true }),
    name: text(120),
    description: longText(),
    permissions: json({ description: 'All rights of the role from now on.' }),
  },
  output: { roleId: ref('role', { required: true }) },
  errors: { ...escalation, ...permissionsUnfit, ...lastAdmin },

  async run({ roleId, name, description, permissions }, work) {
    const adminRemains = await keepingAnAdmin(work);
    const role = await work.repo(Role).lock(roleId);
    mustCover(work, role.permissions);
    const rights = permissions === undefined || permissions === null ? role.permissions : readPermissions(work, permissions);
    mustCover(work, rights);
    await work
      .repo(Role)
      .update(roleId, { name: name ?? role.name, permissions: rights, ...(description === undefined ? {} : { description }) });
    await adminRemains();
    return { roleId };
  },
});
