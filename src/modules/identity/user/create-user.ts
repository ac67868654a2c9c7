import { sql } from '#kernel/db/sql.js';
import { email, list, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { hashPassword } from '../password/hash-password.js';
import { storePassword } from '../password/store-password.js';
import { giveRole } from '../role/assign-role.js';
import { mustCoverTeam } from '../role/rights-of.js';
import { escalation } from '../role/role-errors.js';
import { keepSeparate, separationErrors } from '../separation/keep-separate.js';
import { User } from './user.resource.js';

export const createUser = defineCommand({
  name: 'user.create',
  summary: 'Add a person of the company. Without a password he cannot sign in until one is set.',
  secret: true,
  rest: { path: '/users', status: 201 },
  input: {
    email: email({ required: true }),
    name: text(160, { required: true }),
    password: text(256, { description: '10 to 256 characters.' }),
    teamId: ref('team'),
    managerId: ref('user'),
    locale: text(35, { description: 'Language of texts shown to the user, a BCP 47 tag; that of the company when left out.' }),
    timeZone: text(64, { description: 'IANA time zone; that of the company when left out.' }),
    roleIds: list(ref('role'), { max: 20, description: 'Roles the user starts with; none that reaches further than your own rights.' }),
  },
  output: { userId: ref('user', { required: true }) },
  errors: {
    ...escalation,
    ...separationErrors,
    'user.email_taken': 'Another user has this address.',
    'user.password_unfit': 'The password is too short or too long.',
  },

  async run({ password, roleIds, locale, timeZone, ...values }, work) {
    const ofCompany = await placeOf(work);
    const user = await work.system
      .repo(User)
      .create({ ...values, locale: locale ?? ofCompany.locale, timeZone: timeZone ?? ofCompany.timeZone });
    if (password) await storePassword(work, user.id, await hashPassword(password));
    await mustCoverTeam(work, user.teamId);
    for (const roleId of roleIds ?? []) await giveRole(work, { roleId, userId: user.id });
    if (user.teamId) await keepSeparate(work, { userId: user.id });
    return { userId: user.id };
  },
});

/** The language and zone of the company. */
async function placeOf(work: Work): Promise<{ readonly locale: string; readonly timeZone: string }> {
  const [place] = await work.rows<{ locale: string; timeZone: string }>(
    sql`select locale, time_zone as "timeZone" from kernel.tenants where id = ${work.tenantId}`,
  );
  return place ?? { locale: 'en', timeZone: 'UTC' };
}
