import { hash, timingSafeEqual } from 'node:crypto';
import { invalid } from '../errors/domain-error.js';

const signatureBytes = 12;
const bad = () => invalid('paging.cursor_invalid', 'This cursor does not belong to this list or this order. Start from the first page.');

const sha256 = (data: string | Buffer): Buffer => hash('sha256', data, 'buffer');

/** The twin of the SQL function kernel.sign_cursor. */
function signature(secret: string, scope: string, payload: string): Buffer {
  return sha256(Buffer.concat([Buffer.from(secret), sha256(`${secret}${scope}\n${payload}`)])).subarray(0, signatureBytes);
}

/** What a list's cursor is bound to beside its order: one tenant. */
export const boundScope = (tenantId: string, scope: string) => `${tenantId} ${scope}`;

/** The sort values inside a cursor; refuses one that was forged, altered, or made for another list or tenant. */
export function readCursor(cursor: unknown, secret: string, scope: string, length: number): (string | null)[] {
  if (typeof cursor !== 'string' || cursor.length > 4000) throw bad();
  const raw = Buffer.from(cursor, 'base64url');
  if (raw.length <= signatureBytes) throw bad();
  const payload = raw.subarray(signatureBytes).toString('utf8');
  if (!timingSafeEqual(raw.subarray(0, signatureBytes), signature(secret, scope, payload))) throw bad();
  const values: unknown = JSON.parse(payload);
  if (!Array.isArray(values) || values.length !== length) throw bad();
  return values as (string | null)[];
}

/** Which of a cursor's values are null, read without checking the signature: only the shape of a plan depends on it. */
export function nullPattern(cursor: unknown): string {
  if (typeof cursor !== 'string' || cursor.length > 4000) return '?';
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').subarray(signatureBytes).toString('utf8'));
    return Array.isArray(values) ? values.map((v) => (v === null ? 'n' : 'v')).join('') : '?';
  } catch {
    return '?';
  }
}
