import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { hashOf, newSecret, writeRefreshToken } from './refresh-token.js';
import { Session } from './session.resource.js';

/** However busy it is, a session ends after this. */
const sessionDays = 30;
/** A session nobody refreshes ends after this. */
const idleDays = 14;
const day = 86_400_000;

export interface Client {
  readonly ip: string | null;
  readonly userAgent: string | null;
}
export interface OpenedSession {
  readonly sessionId: string;
  readonly refreshToken: string;
}

export async function openSession(work: Work, userId: string, client: Client): Promise<OpenedSession> {
  const expiresAt = new Date(work.now.getTime() + sessionDays * day);
  const userAgent = client.userAgent?.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 300) ?? null;
  const session = await work.system.repo(Session).create({ userId, expiresAt, ip: client.ip, userAgent });
  const secret = newSecret();
  await storeRefreshToken(work, { sessionId: session.id, sessionEnds: expiresAt, secret });
  return { sessionId: session.id, refreshToken: writeRefreshToken({ tenantId: work.tenantId, secret }) };
}

export async function storeRefreshToken(work: Work, token: { sessionId: string; sessionEnds: Date; secret: string }): Promise<void> {
  const expiresAt = new Date(Math.min(work.now.getTime() + idleDays * day, token.sessionEnds.getTime()));
  await work.rows(sql`insert into identity.refresh_tokens (tenant_id, hash, session_id, issued_at, expires_at)
    values (${work.tenantId}, ${hashOf(token.secret)}, ${token.sessionId}, ${work.now}, ${expiresAt})`);
}
