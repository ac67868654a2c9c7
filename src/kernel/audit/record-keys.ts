import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync, type KeyObject } from 'node:crypto';

/** AES-256-GCM. What is sealed is `0x01`, 12 bytes of nonce, 16 of tag, and the cipher text. */
const algorithm = 'aes-256-gcm';
const version = 1;
const head = 29;

const pool = Buffer.alloc(12_288);
let at = pool.length;

/** Random bytes, fetched many at a time: a call for each costs more than what they are for. */
function randomBytes(length: number): Buffer {
  if (at + length > pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  const taken = Buffer.from(pool.subarray(at, at + length));
  pool.fill(0, at, at + length);
  at += length;
  return taken;
}

/** As Node's ciphers take it at once: from bytes they take three times as long. */
const secrets = new WeakMap<Buffer, KeyObject>();
function secretOf(key: Buffer): KeyObject {
  const known = secrets.get(key) ?? createSecretKey(key);
  secrets.set(key, known);
  return known;
}

/** `about` says what it belongs to: moved elsewhere, it opens no more. */
export function seal(key: Buffer | KeyObject, plain: Buffer | string, about: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, nonce);
  cipher.setAAD(Buffer.from(about));
  const text = cipher.update(plain as string, 'utf8');
  cipher.final();
  return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), text], head + text.length);
}

/** Null when it was sealed with another key, or is not as it was. */
export function unseal(key: Buffer | KeyObject, sealed: Buffer, about: string): Buffer | null {
  if (sealed[0] !== version || sealed.length < head) return null;
  try {
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, 13));
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(sealed.subarray(13, head));
    return Buffer.concat([decipher.update(sealed.subarray(head)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Whose a key is: of one record of one tenant. */
export interface KeyPlace {
  readonly tenantId: string;
  readonly recordId: string;
}
const placeOf = ({ tenantId, recordId }: KeyPlace) => `${tenantId}/${recordId}`;

export interface RecordKey {
  readonly key: Buffer;
  /** The key as it is kept: sealed with that of the installation. */
  readonly wrapped: Buffer;
}

export function newRecordKey(installationKey: Buffer, place: KeyPlace): RecordKey {
  const key = randomBytes(32);
  return { key, wrapped: wrap(installationKey, key, place) };
}

export const wrap = (installationKey: Buffer, key: Buffer, place: KeyPlace): Buffer => seal(secretOf(installationKey), key, placeOf(place));

export const unwrap = (installationKey: Buffer, wrapped: Buffer, place: KeyPlace): Buffer | null =>
  unseal(secretOf(installationKey), wrapped, placeOf(place));

export const sealValues = (key: Buffer, values: object, place: KeyPlace): Buffer =>
  seal(createSecretKey(key), JSON.stringify(values), placeOf(place));

export function unsealValues(key: Buffer, sealed: Buffer, place: KeyPlace): Record<string, unknown> | null {
  const text = unseal(createSecretKey(key), sealed, placeOf(place));
  return text && (JSON.parse(text.toString('utf8')) as Record<string, unknown>);
}
