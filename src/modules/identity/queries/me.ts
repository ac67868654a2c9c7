import { sql } from '#kernel/db/sql.js';
import { notFound } from '#kernel/errors/domain-error.js';
import { email, json, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
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
    permissions: json({ required: true, description: 'Right → reach.' }),
  },
  errors: { 'me.nobody': 'The request comes from no user.' },

  async run(_input, work) {
    const { userId, permissions } = work.actor;
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
    };
  },
});
