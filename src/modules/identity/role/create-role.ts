import { json, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { mustCover, readPermissions } from './rights-of.js';
import { escalation, permissionsUnfit } from './role-errors.js';
import { Role } from './role.resource.js';

export const createRole = defineCommand({
  name: 'role.create',
  summary: 'Make a role with rights you have yourself.',
  rest: { path: '/roles', status: 201 },
  input: {
    key: text(60, { required: true, description: 'Stable name for programs, e.g. `field_sales`.' }),
    name: text(120, { required: true }),
    description: longText(),
    permissions: json({ required: true, description: 'Right → reach, e.g. `{"lead:read": "team"}`.' }),
  },
  output: { roleId: ref('role', { required: true }) },
  errors: { ...escalation, ...permissionsUnfit, 'role.key_taken': 'Another role has this key.' },

  async run({ key, name, description, permissions }, work) {
    const rights = readPermissions(work, permissions);
    mustCover(work, rights);
    const role = await work.repo(Role).create({ key, name, description: description ?? null, permissions: rights });
    return { roleId: role.id };
  },
});
