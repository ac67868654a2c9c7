import { ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { hashPassword } from '../password/hash-password.js';
import { storePassword } from '../password/store-password.js';
import { mustCover, rightsOf } from '../role/rights-of.js';
import { escalation } from '../role/role-errors.js';
import { endSessions } from '../session/end-sessions.js';
import { User } from './user.resource.js';

export const setUserPassword = defineCommand({
  name: 'user.set_password',
  graphql: 'setUserPassword',
  summary: 'Set the password of a user who has at most your rights; all of his sessions end at once.',
  secret: true,
  input: { userId: ref('user', { required: true }), password: text(256, { required: true, description: '10 to 256 characters.' }) },
  output: { userId: ref('user', { required: true }) },
  errors: { ...escalation, 'user.password_unfit': 'The password is too short or too long.' },

  async run({ userId, password }, work) {
    const user = await work.repo(User).lock(userId);
    mustCover(work, await rightsOf(work, user.id));
    await storePassword(work, user.id, await hashPassword(password));
    await endSessions(work, { userId }, 'password_changed');
    return { userId };
  },
});
