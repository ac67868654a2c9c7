import { json, list, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { readFieldRules } from './field-rules.js';
import { mustCover, readDenies, readPermissions } from './rights-of.js';
import { escalation, fieldRulesUnfit, permissionsUnfit } from './role-errors.js';
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
    denies: list(text(120), { max: 200, description: 'Rights nobody with this role has, whatever his other roles give.' }),
    fieldRules: json({ description: 'Field → `hide`, `mask` or `read`, e.g. `{"contact.email": "mask"}`.' }),
  },
  output: { roleId: ref('role', { required: true }) },
  errors: { ...escalation, ...permissionsUnfit, ...fieldRulesUnfit, 'role.key_taken': 'Another role has this key.' },

  async run({ key, name, description, ...given }, work) {
    const rights = {
      permissions: readPermissions(work, given.permissions),
      denies: readDenies(work, given.denies ?? []),
      fieldRules: readFieldRules(work, given.fieldRules ?? {}),
    };
    mustCover(work, rights);
    const role = await work.repo(Role).create({ key, name, description: description ?? null, ...rights });
    return { roleId: role.id };
  },
});
