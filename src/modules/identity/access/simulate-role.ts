import { createHash } from 'node:crypto';
import type { Actor } from '#kernel/access/actor.js';
import { rowNotFound } from '#kernel/access/errors.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { json, list, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { readFieldRules, type RoleRights } from '../role/field-rules.js';
import { readDenies, readPermissions, together } from '../role/rights-of.js';
import { fieldRulesUnfit, permissionsUnfit } from '../role/role-errors.js';
import { Role } from '../role/role.resource.js';
import { reachedBy } from '../session/standing.js';
import { mustRead, recordErrors, resourceOf } from '../share/record-of.js';
import { User } from '../user/user.resource.js';
import { fieldsField, judge, rightsField, withheld } from './why.js';

export const simulateRole = defineQuery({
  name: 'access.simulate',
  summary: 'What a role alone, stored or drafted, would let somebody do to a record you can read yourself.',
  graphql: 'accessSimulate',
  rest: { method: 'POST', path: '/access/simulate' },
  input: {
    recordId: text(36, { required: true }),
    userId: ref('user', { description: 'In whose hands, for team, lines and territories; yours when left out.' }),
    roleId: ref('role', { description: 'A role there is. Else draft one.' }),
    permissions: json({ description: 'Rights of the draft.' }),
    denies: list(text(120), { max: 200 }),
    fieldRules: json(),
  },
  output: { rights: rightsField, fields: fieldsField },
  errors: {
    ...permissionsUnfit,
    ...fieldRulesUnfit,
    'record.not_found': recordErrors['record.not_found'],
    'access.role_or_draft': 'Either a role or the rights of a draft are tried out.',
  },

  async run({ recordId, userId, roleId, ...draft }, work) {
    const resource = resourceOf(work, recordId);
    await mustRead(work, resource, recordId);
    if (!roleId === (draft.permissions === undefined || draft.permissions === null))
      throw invalid('access.role_or_draft', 'Name a role, or give the rights of a draft.');
    const role = roleId ? await work.repo(Role).get(roleId) : { key: 'draft', ...readDraft(work, draft) };
    const who = await inTheHandsOf(work, userId ?? work.actor.userId, role);
    const roles = [{ ...role, roleId: roleId ?? '', assignmentId: null, through: 'draft' as const }];
    return { rights: await judge(work, { resource, recordId, who, roles }), fields: withheld(resource, who) };
  },
});

function readDraft(work: Work, draft: { permissions?: unknown; denies?: string[] | null | undefined; fieldRules?: unknown }): RoleRights {
  return {
    permissions: readPermissions(work, draft.permissions),
    denies: readDenies(work, draft.denies ?? []),
    fieldRules: readFieldRules(work, draft.fieldRules ?? {}),
  };
}

async function inTheHandsOf(work: Work, userId: string | null, role: RoleRights): Promise<Actor> {
  const user = userId === null ? null : userId === work.actor.userId ? { id: userId } : await work.repo(User).get(userId);
  const reached = user && (await reachedBy(work, user.id));
  if (!reached) throw rowNotFound(User, userId ?? '');
  const { permissions, fieldRules } = together([role]);
  const shape = createHash('sha256').update(JSON.stringify(role)).digest('base64url');
  return { kind: 'user', id: userId, label: 'simulated', userId, permissions, fieldRights: fieldRules, ...reached, shape };
}
