import { isUuid } from '#kernel/resource/ids.js';
import type { Ports } from '#kernel/ports/ports.js';
import type { Work } from '#kernel/usecase/work.js';

const PURPOSE = 'marketing.unsubscribe';

/** The link of one mail. It says which mail of which tenant, signed, and nothing about the person. */
export function unsubscribeUrl(work: Work, messageId: string): string {
  const text = `${work.tenantId}.${messageId}`;
  return `${work.links.publicUrl}/public/v1/u/${text}.${work.links.sign(PURPOSE, text)}`;
}

/** What a token from outside names, or null when we did not make it. */
export function readToken(token: string, ports: Pick<Ports, 'verify'>): { tenantId: string; messageId: string } | null {
  const [tenantId = '', messageId = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isUuid(tenantId) || !isUuid(messageId)) return null;
  return ports.verify(PURPOSE, `${tenantId}.${messageId}`, signature) ? { tenantId, messageId } : null;
}
