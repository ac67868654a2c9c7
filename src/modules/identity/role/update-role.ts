import { json, list, longText, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { readFieldRules } from './field-rules.js';
import { keepingAnAdmin, mustHold, mustCover, readDenies, readPermissions } from './rights-of.js';
import { escalation, fieldRulesUnfit, lastAdmin, permissionsUnfit } from './role-errors.js';
import { Role } from './role.resource.js';
import { keepSeparate, separationErrors } from '../separation/keep-separate.js';

export const updateRole = defineCommand({
  name: 'role.update',
  summary: 'Change a role. It takes effect at once for everybody who has it.',
  rest: { method: 'PATCH', path: '/roles/{roleId}' },
  input: {
    roleId: ref('role', { required: true }),
    name: text(120),
    description: longText(),
    permissions: json({ description: 'All rights of the role from now on.' }),
    denies: list(text(120), { max: 200, description: 'All denials of the role from now on.' }),
    fieldRules: json({ description: 'All field rules of the role from now on.' }),
  },
  output: { roleId: ref('role', { required: true }) },
  errors: { ...escalation, ...permissionsUnfit, ...fieldRulesUnfit, ...lastAdmin, ...separationErrors },

  async run({ roleId, name, description, permissions, denies, fieldRules }, work) {
    const adminRemains = await keepingAnAdmin(work);
    const role = await work.repo(Role).lock(roleId);
    mustCover(work, role);
    const rights = {
      permissions: isGiven(permissions) ? readPermissions(work, permissions) : role.permissions,
      denies: isGiven(denies) ? readDenies(work, denies) : role.denies,
      fieldRules: isGiven(fieldRules) ? readFieldRules(work, fieldRules) : role.fieldRules,
    };
    mustCover(work, rights);
    mustHold(work, changed(role.denies, rights.denies));
    await work.repo(Role).update(roleId, { name: name ?? role.name, ...rights, ...(description === undefined ? {} : { description }) });
    await keepSeparate(work, { roleId });
    await adminRemains();
    return { roleId };
  },
});

const isGiven = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;
const changed = (before: readonly string[], after: readonly string[]) => [
  ...before.filter((entry) => !after.includes(entry)),
  ...after.filter((entry) => !before.includes(entry)),
];
