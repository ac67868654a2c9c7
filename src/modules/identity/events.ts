import { ref } from '#kernel/resource/fields.js';
import { defineEvent } from '#kernel/usecase/define-event.js';

export const UserDeactivated = defineEvent(
  'identity.user_deactivated',
  'A user was shut out; sessions and keys ended. Open work should find a new owner.',
  {
    userId: ref('user', { required: true }),
  },
);
