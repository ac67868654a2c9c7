import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { hashOf } from './refresh-token.js';
import { Session } from './session.resource.js';

type Reason = NonNullable<Session['revokedReason']>;

/** Ends the sessions that are still open: one, or all of a user, perhaps but one. Their tokens are refused from the commit on. */
export async function endSessions(
  work: Work,
  which: { readonly id?: string; readonly userId?: string; readonly except?: string | null },
  reason: Reason,
): Promise<number> {
  const sessions = work.system.repo(Session);
  const open = await sessions.list(
    {
      revokedAt: null,
      ...(which.id ? { id: which.id } : {}),
      ...(which.userId ? { userId: which.userId } : {}),
    },
    { lock: 'wait', limit: 10_000 },
  );
  const ending = open.filter((session) => session.id !== which.except);
  for (const session of ending) await sessions.update(session.id, { revokedAt: work.now, revokedReason: reason });
  return ending.length;
}

/** The session a refresh token belongs to, for signing out with it. */
export async function sessionOfRefreshToken(work: Work, secret: string): Promise<string | null> {
  const [row] = await work.rows<{ sessionId: string }>(sql`select session_id as "sessionId" from identity.refresh_tokens
    where tenant_id = ${work.tenantId} and hash = ${hashOf(secret)}`);
  return row?.sessionId ?? null;
}
