import type { BoxRules } from '#kernel/box/box-rule.js';

/** What proves who somebody is stays behind: a box is a file that lies about. */
export const identityBoxRules: BoxRules = {
  'identity.passwords': { isSecret: true },
  'identity.sessions': { leftOut: 'Everybody signs in again where the company is now.' },
  'identity.refresh_tokens': { leftOut: 'They belong to sessions.' },
  // The keys are there with their rights; nobody can sign in with one until it is made anew.
  'identity.api_keys': { columns: { hash: `repeat('0', 64)` } },
};
