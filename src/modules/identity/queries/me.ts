import { sql } from '#kernel/db/sql.js';
import { notFound } from '#kernel/errors/domain-error.js';
import { email, json, list, object, ref, text } from '#kernel/resource/fields.js';
import { reachOf } from '#kernel/access/actor.js';
import { knownPermissions } from '#kernel/access/known-permissions.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { heldRoles } from '../access/held-roles.js';
import { User } from '../user/user.resource.js';

interface TenantFacts {
  readonly slug: string;
  readonly name: string;
  readonly currency: string;
}

export const me = defineQuery({
  name: 'me.read',
  summary: 'Who you are, where, and what you may do.',
  graphql: 'me',
  access: 'member',
  rest: { method: 'GET', path: '/me' },
  input: {},
  output: {
    userId: ref('user', { required: true }),
    name: text(160, { required: true }),
    email: email({ required: true }),
    teamId: ref('team'),
    locale: text(35, { required: true }),
    timeZone: text(64, { required: true }),
    tenant: text(63, { required: true, description: 'Short name of the company.' }),
    tenantName: text(200, { required: true }),
    currency: text(3, { required: true, description: 'Currency the company reports in.' }),
    permissions: json({ required: true, description: 'Right → reach as the roles give them together, `none` where one is denied.' }),
    rights: list(
      object({ right: text(120, { required: true }), reach: text(40, { required: true }) }, { name: 'HeldRight', required: true }),
      {
        required: true,
        description: 'The same, spelled out: every right you have and how far it reaches.',
      },
    ),
    denies: list(text(120), { required: true, description: 'What your roles deny you.' }),
    fieldRights: json({ required: true, description: 'Field → `hide`, `mask` or `read`; what is not named is open.' }),
    teamIds: list(ref('team'), { required: true, description: 'Teams whose roles and shares are yours.' }),
    territoryIds: list(ref('territory'), { required: true, description: 'Territories you reach, those below yours included.' }),
  },
  errors: { 'me.nobody': 'The request comes from no user.' },

  async run(_input, work) {
    const { userId, permissions, fieldRights, territoryIds } = work.actor;
    const user = userId ? await work.system.repo(User).find(userId) : null;
    const [tenant] = await work.rows<TenantFacts>(sql`select slug, name, currency from kernel.tenants where id = ${work.tenantId}`);
    if (!user || !tenant) throw notFound('me.nobody', 'The request comes from no user.');
    const { name, email: address, teamId, locale, timeZone } = user;
    return {
      userId: user.id,
      name,
      email: address,
      teamId,
      locale,
      timeZone,
      tenant: tenant.slug,
      tenantName: tenant.name,
      currency: tenant.currency,
      permissions: { ...permissions },
      rights: heldRights(work),
      denies: await denialsOf(work, user.id),
      fieldRights: { ...fieldRights },
      teamIds: teamId === null ? [] : [teamId],
      territoryIds: [...territoryIds],
    };
  },
});

function heldRights({ definitions, actor }: Work): { right: string; reach: string }[] {
  return [...knownPermissions(definitions)]
    .filter((right) => !right.includes('*'))
    .sort()
    .flatMap((right) => {
      const reach = reachOf(actor.permissions, right);
      return reach === null ? [] : [{ right, reach }];
    });
}

async function denialsOf(work: Work, userId: string): Promise<string[]> {
  const roles = await heldRoles(work, userId);
  return [...new Set(roles.flatMap(({ denies }) => denies))].sort();
}
