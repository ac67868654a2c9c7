import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { ApiKey } from '../api-key/api-key.resource.js';
import { UserDeactivated } from '../events.js';
import { keepingAnAdmin, mustCover, rightsOf } from '../role/rights-of.js';
import { escalation, lastAdmin } from '../role/role-errors.js';
import { endSessions } from '../session/end-sessions.js';
import { User } from './user.resource.js';

export const deactivateUser = defineCommand({
  name: 'user.deactivate',
  summary: 'Shut a user out: his sessions and keys end at once and for ever, his records stay.',
  input: { userId: ref('user', { required: true }) },
  output: { userId: ref('user', { required: true }) },
  errors: { ...escalation, ...lastAdmin },

  async run({ userId }, work) {
    const adminRemains = await keepingAnAdmin(work);
    const user = await work.repo(User).lock(userId);
    if (!user.active) return { userId };
    mustCover(work, await rightsOf(work, userId));
    await work.system.repo(User).update(userId, { active: false });
    await endSessions(work, { userId }, 'deactivated');
    const keys = work.system.repo(ApiKey);
    for (const key of await keys.list({ userId, revokedAt: null }, { limit: 10_000 })) await keys.update(key.id, { revokedAt: work.now });
    await work.emit(UserDeactivated, { userId }, { resource: 'user', id: userId });
    await adminRemains();
    return { userId };
  },
});
