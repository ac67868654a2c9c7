import { accessTokenSeconds, issueAccessToken, type TokenSettings } from './access-token.js';
import { authError } from './auth-errors.js';
import type { Authenticator } from './authenticator.js';
import type { LoginThrottle } from './login-throttle.js';
import type { Principal } from './principal.js';
import type { Client, Credentials, Opened, SignInPort } from './sign-in-port.js';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds the access token is good for. */
  readonly expiresIn: number;
}

export interface AuthParts {
  readonly port: SignInPort;
  readonly throttle: LoginThrottle;
  readonly tokens: TokenSettings;
  readonly authenticator: Authenticator;
}

/** Signing in and out as clients see it: tokens out, one of `authErrors` otherwise. */
export class AuthFlows {
  constructor(private readonly parts: AuthParts) {}

  async login(credentials: Credentials, client: Client): Promise<Tokens> {
    await this.parts.throttle.attempt(credentials.email, client.ip);
    const opened = await this.parts.port.signIn(credentials, client);
    if (!opened) throw authError('auth.invalid_credentials');
    await this.parts.throttle.succeeded(credentials.email, client.ip);
    return this.tokensFor(opened);
  }

  async refresh(refreshToken: string): Promise<Tokens> {
    const result = await this.parts.port.refresh(refreshToken);
    if (result.outcome === 'refreshed') return this.tokensFor(result);
    if (result.outcome === 'reused') this.parts.authenticator.forget(result.tenantId);
    throw authError(
      result.outcome === 'reused' ? 'auth.refresh_reused' : result.outcome === 'invalid' ? 'auth.refresh_invalid' : 'auth.session_revoked',
    );
  }

  /** Ends the session of the refresh token when one is given, else that of the access token. */
  async logout(authorization: string | undefined, refreshToken: string | undefined): Promise<void> {
    const which = refreshToken === undefined ? await this.sessionOf(authorization) : { refreshToken };
    const tenantId = which && (await this.parts.port.signOut(which));
    if (tenantId) this.parts.authenticator.forget(tenantId);
  }

  async changePassword(authorization: string | undefined, currentPassword: string, newPassword: string, client: Client): Promise<void> {
    const session = await this.sessionOf(authorization);
    if (!session) throw authError('auth.required');
    const { tenantId, sessionId, userId } = session;
    await this.parts.throttle.attempt(userId, client.ip);
    if (!(await this.parts.port.changePassword({ claims: { tenantId, sessionId, userId }, currentPassword, newPassword })))
      throw authError('auth.wrong_password');
    await this.parts.throttle.succeeded(userId, client.ip);
    this.parts.authenticator.forget(tenantId);
  }

  private async sessionOf(authorization: string | undefined) {
    const { tenantId, sessionId, actor }: Principal = await this.parts.authenticator.authenticate(authorization);
    return sessionId && actor.userId ? { tenantId, sessionId, userId: actor.userId } : null;
  }

  private tokensFor({ claims, refreshToken }: Opened): Tokens {
    return { accessToken: issueAccessToken(claims, this.parts.tokens), refreshToken, expiresIn: accessTokenSeconds };
  }
}
