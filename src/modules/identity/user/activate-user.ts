import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { mustCover, rightsOf } from '../role/rights-of.js';
import { escalation } from '../role/role-errors.js';
import { User } from './user.resource.js';

export const activateUser = defineCommand({
  name: 'user.activate',
  summary: 'Let a deactivated user sign in again. Old sessions and keys stay ended.',
  input: { userId: ref('user', { required: true }) },
  output: { userId: ref('user', { required: true }) },
  errors: escalation,

  async run({ userId }, work) {
    const user = await work.repo(User).lock(userId);
    mustCover(work, await rightsOf(work, user.id));
    await work.system.repo(User).update(userId, { active: true });
    return { userId };
  },
});
