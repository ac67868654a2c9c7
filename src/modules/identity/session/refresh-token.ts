import { createHash, randomBytes } from 'node:crypto';

/** A refresh token names its tenant, so that it can be looked up behind the wall; the rest is the secret. */
export interface RefreshToken {
  readonly tenantId: string;
  readonly secret: string;
}

const shape = /^kontor_rt_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

export const writeRefreshToken = ({ tenantId, secret }: RefreshToken) => `kontor_rt_${tenantId.replaceAll('-', '')}_${secret}`;

export function readRefreshToken(text: string): RefreshToken | null {
  const [, tenant, secret] = shape.exec(text) ?? [];
  return tenant && secret ? { tenantId: dashed(tenant), secret } : null;
}

export const newSecret = () => randomBytes(32).toString('base64url');

/** What is stored of a secret. It has 256 random bits, so a fast hash is enough. */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** 32 hexadecimal digits as a UUID. */
export const dashed = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
