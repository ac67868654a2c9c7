import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { defineEvent } from '#kernel/usecase/define-event.js';

export const UserDeactivated = defineEvent(
  'identity.user_deactivated',
  'A user was shut out; sessions and keys ended. Open work should find a new owner.',
  {
    userId: ref('user', { required: true }),
  },
);

const shared = {
  resource: text(60, { required: true }),
  recordId: text(36, { required: true }),
  userId: ref('user'),
  teamId: ref('team'),
} as const;

export const RecordShared = defineEvent('identity.record_shared', 'A record was shared with a user or a team, or the share was changed.', {
  ...shared,
  level: choice(['read', 'write'], { required: true }),
  until: instant(),
});

export const RecordUnshared = defineEvent('identity.record_unshared', 'A share of a record was taken back.', shared);
