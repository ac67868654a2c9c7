import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isUuid } from '#kernel/resource/ids.js';
import type { SessionClaims } from './principal.js';

/** Keys of access tokens, P-256. A retired key stays in `publicKeys` until its last token has expired. */
export interface JwtKeys {
  readonly active: { readonly kid: string; readonly privateKey: KeyObject };
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
}

export interface TokenSettings {
  readonly keys: JwtKeys;
  readonly issuer: string;
  readonly audience: string;
}

export const accessTokenSeconds = 900;
export const accessTokenType = 'at+jwt';

export interface AccessClaims extends SessionClaims {
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export function issueAccessToken(claims: SessionClaims, { keys, issuer, audience }: TokenSettings): string {
  return jwt.sign({ tid: claims.tenantId, sid: claims.sessionId }, keys.active.privateKey, {
    algorithm: 'ES256',
    header: { alg: 'ES256', typ: accessTokenType, kid: keys.active.kid },
    subject: claims.userId,
    issuer,
    audience,
    expiresIn: accessTokenSeconds,
  });
}

const headerFields = new Set(['alg', 'typ', 'kid']);

/**
 * The header before any key is chosen. Only our three fields may be there: nothing that brings a key along
 * (`jwk`, `jku`, `x5u`) or changes what is signed (`crit`, `b64`, `zip`) is even looked at.
 */
export function headerProblem(header: Readonly<Record<string, unknown>>): string | null {
  if (header['alg'] !== 'ES256') return 'alg';
  if (header['typ'] !== accessTokenType) return 'typ';
  if (typeof header['kid'] !== 'string') return 'kid';
  return Object.keys(header).find((name) => !headerFields.has(name)) ?? null;
}

/** Our claims out of a payload whose signature, issuer, audience and times are good; null when one is missing or odd. */
export function readClaims(payload: unknown, nowSeconds: number): AccessClaims | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { sub, tid, sid, exp, iat } = payload as Readonly<Record<string, unknown>>;
  if (typeof exp !== 'number' || typeof iat !== 'number' || !areOurTimes(iat, exp, nowSeconds)) return null;
  if (!isId(sub) || !isId(tid) || !isId(sid)) return null;
  return { userId: sub, tenantId: tid, sessionId: sid, expiresAt: exp };
}

/** Whoever signs with our key by mistake still cannot make a token that lives longer than ours. */
const areOurTimes = (iat: number, exp: number, now: number) => iat <= now + 60 && exp - iat <= accessTokenSeconds;

const isId = (value: unknown): value is string => typeof value === 'string' && isUuid(value);
