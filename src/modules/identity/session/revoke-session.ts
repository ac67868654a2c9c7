import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { endSessions } from './end-sessions.js';
import { Session } from './session.resource.js';

export const revokeSession = defineCommand({
  name: 'session.revoke',
  summary: 'End a session at once, for example of a lost device.',
  input: { sessionId: ref('session', { required: true }) },
  output: { sessionId: ref('session', { required: true }) },

  async run({ sessionId }, work) {
    const session = await work.repo(Session).get(sessionId);
    await endSessions(work, { id: session.id }, 'revoked');
    return { sessionId };
  },
});
