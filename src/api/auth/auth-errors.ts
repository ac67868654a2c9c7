import { DomainError, type ErrorKind } from '#kernel/errors/domain-error.js';

/** Every refusal of signing in and of tokens: one sentence each, the same in REST and GraphQL. None tells whether an account exists. */
export const authErrors = {
  'auth.required': ['unauthorized', 'Sign in first: send an access token or an API key as "Authorization: Bearer …".'],
  'auth.invalid_credentials': [
    'unauthorized',
    'The e-mail address or the password is wrong. If you work for several companies, also name the tenant.',
  ],
  'auth.wrong_password': ['invalid', 'The current password is wrong.'],
  'auth.throttled': ['too_many', 'Too many attempts to sign in. Wait, then try again.'],
  'auth.busy': ['unavailable', 'Too many people are signing in at this moment. Try again in a second.'],
  'auth.token_invalid': ['unauthorized', 'This access token is not valid here.'],
  'auth.token_expired': ['unauthorized', 'This access token has expired. Get a new one with the refresh token.'],
  'auth.session_revoked': ['unauthorized', 'This session has ended. Sign in again.'],
  'auth.key_invalid': ['unauthorized', 'This API key is unknown, expired or revoked.'],
  'auth.refresh_invalid': ['unauthorized', 'This refresh token is not valid. Sign in again.'],
  'auth.refresh_reused': ['unauthorized', 'This refresh token was used before. Its session was ended to be safe; sign in again.'],
} as const satisfies Record<string, readonly [ErrorKind, string]>;
export type AuthErrorCode = keyof typeof authErrors;

export function authError(code: AuthErrorCode, details: Readonly<Record<string, unknown>> = {}): DomainError {
  const [kind, message] = authErrors[code];
  return new DomainError(kind, code, message, details);
}
