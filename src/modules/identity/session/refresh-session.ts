import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { endSessions } from './end-sessions.js';
import { storeRefreshToken } from './open-session.js';
import { hashOf, writeRefreshToken } from './refresh-token.js';

/** Two tabs that refresh at once get the same successor; later than this, a second use means that somebody has a copy. */
const graceMs = 10_000;

export type Refreshed =
  | { readonly outcome: 'refreshed'; readonly userId: string; readonly sessionId: string; readonly refreshToken: string }
  | { readonly outcome: 'invalid' | 'session_ended' | 'reused' };

interface SessionRow {
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly active: boolean;
}
interface TokenRow {
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly successorUsed: boolean | null;
}

/** Trades a refresh token for its successor. The answer `reused` has ended the session: it must be committed, so it is no exception. */
export async function refreshSession(work: Work, secret: string): Promise<Refreshed> {
  const hash = hashOf(secret);
  // The whole family waits here: of two that come at once, the second sees what the first did.
  const [session] =
    await work.rows<SessionRow>(sql`select s.id, s.user_id as "userId", s.expires_at as "expiresAt", s.revoked_at as "revokedAt", u.active
    from identity.sessions s join identity.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
    where s.tenant_id = ${work.tenantId}
      and s.id = (select session_id from identity.refresh_tokens where tenant_id = ${work.tenantId} and hash = ${hash})
    for update of s`);
  if (!session) return { outcome: 'invalid' };
  if (session.revokedAt || session.expiresAt <= work.now || !session.active) return { outcome: 'session_ended' };

  const token = await tokenRow(work, hash);
  if (!token || token.expiresAt <= work.now) return { outcome: 'invalid' };
  const successor = work.links.sign('identity.refresh', hash);
  if (token.usedAt === null) await replace(work, { hash, successor, session });
  else if (token.successorUsed !== false || work.now.getTime() - token.usedAt.getTime() > graceMs) {
    await endSessions(work, { id: session.id }, 'refresh_reused');
    return { outcome: 'reused' };
  }
  const refreshToken = writeRefreshToken({ tenantId: work.tenantId, secret: successor });
  return { outcome: 'refreshed', userId: session.userId, sessionId: session.id, refreshToken };
}

async function tokenRow(work: Work, hash: string): Promise<TokenRow | undefined> {
  const [row] =
    await work.rows<TokenRow>(sql`select t.expires_at as "expiresAt", t.used_at as "usedAt", n.used_at is not null as "successorUsed"
    from identity.refresh_tokens t left join identity.refresh_tokens n on n.tenant_id = t.tenant_id and n.hash = t.replaced_by
    where t.tenant_id = ${work.tenantId} and t.hash = ${hash}`);
  return row;
}

/**
 * The successor is derived from the token under a key of this installation. So a repeat within the grace time gets the
 * same one although only hashes are stored, and who has copied a token or the database cannot work it out.
 */
async function replace(work: Work, { hash, successor, session }: { hash: string; successor: string; session: SessionRow }): Promise<void> {
  await storeRefreshToken(work, { sessionId: session.id, sessionEnds: session.expiresAt, secret: successor });
  await work.rows(sql`update identity.refresh_tokens set used_at = ${work.now}, replaced_by = ${hashOf(successor)}
    where tenant_id = ${work.tenantId} and hash = ${hash}`);
}
