import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JwtKeys } from '#api/auth/access-token.js';
import { ensureFolder } from './ensure-folder.js';
import type { Config } from './config.js';
import { errorCode, OperatorError } from './postgres/failure.js';

type KeySettings = Pick<Config, 'home' | 'isProduction' | 'jwtPrivateKey' | 'jwtPublicKeys' | 'secret'>;

/** The keys of access tokens: from the settings, or made once and kept in KONTOR_HOME. */
export function loadJwtKeys(config: KeySettings): JwtKeys {
  const privateKey = createPrivateKey(config.jwtPrivateKey ?? kept(config, 'jwt-private-key.pem', newPrivateKey));
  const publicKeys = [createPublicKey(privateKey), ...config.jwtPublicKeys.map((pem) => createPublicKey(pem))];
  return {
    active: { kid: thumbprint(createPublicKey(privateKey)), privateKey },
    publicKeys: new Map(publicKeys.map((key) => [thumbprint(key), key])),
  };
}

export interface Signer {
  sign(purpose: string, text: string): string;
  verify(purpose: string, text: string, signature: string): boolean;
  /** A key of 32 bytes for one purpose; nothing about another can be learnt from it. */
  keyFor(purpose: string): Buffer;
}

/** Signs links and cursors under keys derived from the root secret, one a purpose: a signature for one is worth nothing for another. */
export function loadSigner(config: KeySettings): Signer {
  const root = config.secret ?? kept(config, 'secret', () => randomBytes(32).toString('base64url'));
  const keys = new Map<string, Buffer>();
  const keyFor = (purpose: string): Buffer => {
    const known = keys.get(purpose) ?? Buffer.from(hkdfSync('sha256', root, 'kontor', purpose, 32));
    keys.set(purpose, known);
    return known;
  };
  const sign = (purpose: string, text: string): string => createHmac('sha256', keyFor(purpose)).update(text).digest('base64url');
  return { sign, keyFor, verify: (purpose, text, signature) => isEqual(Buffer.from(sign(purpose, text)), Buffer.from(signature)) };
}

const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** The key's name by RFC 7638: the same on every process without being agreed on. */
export function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

const newPrivateKey = (): string =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

/** What the file holds; it is made when absent. Of two processes that make it at once, both get what one of them wrote. */
function kept({ home, isProduction }: KeySettings, name: string, make: () => string): string {
  const file = join(home, name);
  if (!existsSync(file)) {
    if (isProduction) throw new OperatorError(`In production ${file} is not made up: set JWT_PRIVATE_KEY and KONTOR_SECRET.`);
    ensureFolder(home);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, make(), { mode: 0o600 });
    linkUnlessThere(draft, file);
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function linkUnlessThere(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
