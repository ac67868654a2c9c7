import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import jwt from 'jsonwebtoken';
import { Strategy } from 'passport-jwt';
import { headerProblem, readClaims, type AccessClaims, type TokenSettings } from './access-token.js';
import { authError } from './auth-errors.js';

interface TokenRequest {
  readonly token: string;
}
/** passport gives a strategy these three answers for each request. */
interface Attempt {
  success(claims: AccessClaims): void;
  fail(reason: unknown): void;
  error(reason: unknown): void;
  authenticate(request: TokenRequest): void;
}

/** passport-jwt, pinned to ES256 and our keys. Every transport checks access tokens through it, by way of the Authenticator. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'kontor-access-token') {
  constructor(settings: TokenSettings) {
    super({
      jwtFromRequest: (request: TokenRequest) => request.token,
      secretOrKeyProvider: (_request: TokenRequest, token: string, done) => {
        const header = jwt.decode(token, { complete: true })?.header;
        const key = header && !headerProblem({ ...header }) ? settings.keys.publicKeys.get(header.kid ?? '') : undefined;
        if (!key) done(authError('auth.token_invalid'));
        // @ts-expect-error its typings know text keys only; jsonwebtoken takes a KeyObject, and a text key is parsed anew for every token
        else done(null, key);
      },
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: ['ES256'],
    });
  }

  /** passport-jwt calls this once signature, issuer, audience and times are good. */
  validate(payload: unknown): AccessClaims {
    const claims = readClaims(payload, Math.floor(Date.now() / 1000));
    if (!claims) throw authError('auth.token_invalid');
    return claims;
  }

  /** Runs the strategy outside a request, the way passport itself does: on a copy that knows whom to answer. */
  verify(token: string): Promise<AccessClaims> {
    return new Promise((resolve, reject) => {
      const attempt = Object.create(this) as Attempt;
      attempt.success = resolve;
      attempt.fail = (reason) => reject(authError(reason instanceof jwt.TokenExpiredError ? 'auth.token_expired' : 'auth.token_invalid'));
      attempt.error = () => reject(authError('auth.token_invalid'));
      attempt.authenticate({ token });
    });
  }
}
