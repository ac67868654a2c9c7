import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { User } from './user.resource.js';

export const moveUser = defineCommand({
  name: 'user.move',
  summary: 'Put a user into another team or under another manager.',
  description: 'A right of reach `team` then covers the records of the new team. What is left out stays, null takes it away.',
  input: { userId: ref('user', { required: true }), teamId: ref('team'), managerId: ref('user') },
  output: { userId: ref('user', { required: true }) },
  errors: { 'user.manager_circle': 'The manager reports, directly or not, to this user.' },

  async run({ userId, teamId, managerId }, work) {
    const user = await work.repo(User).lock(userId);
    if (managerId) await refuseCircle(work, user.id, managerId);
    await work.system
      .repo(User)
      .update(userId, { ...(teamId === undefined ? {} : { teamId }), ...(managerId === undefined ? {} : { managerId }) });
    return { userId };
  },
});

async function refuseCircle(work: Work, userId: string, managerId: string): Promise<void> {
  const above = await work.rows<{ id: string }>(sql`with recursive above (id) as (
    select ${managerId}::uuid union select u.manager_id from identity.users u join above a on u.id = a.id where u.tenant_id = ${work.tenantId} and u.manager_id is not null)
    select id from above`);
  if (above.some((row) => row.id === userId)) {
    throw invalid('user.manager_circle', 'The manager reports, directly or not, to this user.', {
      errors: [{ path: '/managerId', code: 'circle', message: 'reports to this user' }],
    });
  }
}
