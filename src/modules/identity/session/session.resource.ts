import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, ref, text } from '#kernel/resource/fields.js';

/** The refresh tokens of a session are rows of identity.refresh_tokens, outside of every projection. */
export const Session = defineResource('session', {
  description: 'One sign-in and all tokens that came from it. A session that has ended never comes back.',
  table: 'identity.sessions',
  scope: ownedBy('userId'),
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', { required: true, writer: 'system', inverse: 'sessions', onDelete: 'cascade' }),
    expiresAt: instant({ required: true, writer: 'system', description: 'No token of the session is good after this.' }),
    revokedAt: instant({ writer: 'system', description: 'When the session was ended before its time.' }),
    revokedReason: choice(['logout', 'refresh_reused', 'password_changed', 'deactivated', 'revoked'], { writer: 'system' }),
    userAgent: text(300, { personal: true, writer: 'system', description: 'What the client called itself when it signed in.' }),
    ip: text(45, { personal: true, writer: 'system', description: 'Address the sign-in came from.' }),
  },
});
export type Session = Row<typeof Session>;
