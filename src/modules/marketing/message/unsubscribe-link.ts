import type { Ports } from '#kernel/ports/ports.js';
import type { Work } from '#kernel/usecase/work.js';

const PURPOSE = 'marketing.unsubscribe';
const TOKEN = /^([\w-]{43})\.([\w-]{43})$/;

/**
 * The link of one mail. It says which mail of which tenant, signed, and nothing about the person. Both ids are packed, for
 * servers and proxies cut long path segments.
 */
export function unsubscribeUrl(work: Work, messageId: string): string {
  const named = packed(work.tenantId, messageId);
  return `${work.links.publicUrl}/public/v1/u/${named}.${work.links.sign(PURPOSE, named)}`;
}

/** What a token from outside names, or null when we did not make it. */
export function readToken(token: string, ports: Pick<Ports, 'verify'>): { tenantId: string; messageId: string } | null {
  const [, named, signature] = TOKEN.exec(token) ?? [];
  if (named === undefined || signature === undefined || !ports.verify(PURPOSE, named, signature)) return null;
  const hex = Buffer.from(named, 'base64url').toString('hex');
  return { tenantId: uuid(hex.slice(0, 32)), messageId: uuid(hex.slice(32)) };
}

const packed = (...ids: string[]) => Buffer.from(ids.join('').replaceAll('-', ''), 'hex').toString('base64url');
const uuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
