import type { SessionClaims } from './principal.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly tenant: string | null;
}
/** Where a sign-in came from; `ip` is the address the proxies we trust vouch for. */
export interface Client {
  readonly ip: string | null;
  readonly userAgent: string | null;
}
export interface Opened {
  readonly claims: SessionClaims;
  readonly refreshToken: string;
}

export type Refreshed =
  | (Opened & { readonly outcome: 'refreshed' })
  | { readonly outcome: 'invalid' | 'session_ended' | 'reused'; readonly tenantId: string | null };

/** What the transport needs of the business to let people in and out. */
export interface SignInPort {
  /** Null when the credentials are wrong, whatever is wrong about them. */
  signIn(credentials: Credentials, client: Client): Promise<Opened | null>;
  refresh(refreshToken: string): Promise<Refreshed>;
  /** Ends a session; which one is said by its id or by one of its refresh tokens. Returns the tenant, if there was one. */
  signOut(which: { readonly tenantId: string; readonly sessionId: string } | { readonly refreshToken: string }): Promise<string | null>;
  /** False when the current password is wrong. */
  changePassword(change: {
    readonly claims: SessionClaims;
    readonly currentPassword: string;
    readonly newPassword: string;
  }): Promise<boolean>;
}
