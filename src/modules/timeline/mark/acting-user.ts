import { forbidden } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';

export const userErrors = { 'timeline.users_only': 'Only a user, or a key of one, does this.' };

/** The user who acts, or for whom a key does. */
export function actingUser({ actor }: Work): string {
  if (actor.userId === null) throw forbidden('timeline.users_only', 'Only a user, or a key of one, does this.');
  return actor.userId;
}
