import type { IncomingHttpHeaders } from 'node:http';
import type { Origin } from '#kernel/usecase/cause.js';

/** Why a change is made, for the audit: `Audit-Reason`, UTF-8 as it is or percent-encoded. */
export const reasonHeader = 'audit-reason';

/** Where a request comes from and why, as far as it says. */
export function originOf({ headers, ip }: { readonly headers: IncomingHttpHeaders; readonly ip: string | null }): Origin {
  const reason = told(headers[reasonHeader], 500);
  const client = told(headers['user-agent'], 300);
  return { ...(reason ? { reason: decoded(reason) } : {}), ...(client ? { client } : {}), ...(ip ? { ip } : {}) };
}

function told(header: string | string[] | undefined, most: number): string | null {
  if (typeof header !== 'string') return null;
  // Node reads headers as Latin-1; clients write UTF-8.
  const text = Buffer.from(header, 'latin1').toString('utf8');
  const clean = (text.includes('\ufffd') ? header : text).replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim();
  return clean === '' ? null : clean.slice(0, most).toWellFormed();
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text)
      .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
      .slice(0, 500);
  } catch {
    return text;
  }
}
