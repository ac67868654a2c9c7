import { sql } from '#kernel/db/sql.js';
import { hashPassword, nobodysHash, passwordFits } from '../password/hash-password.js';
import { passwordOf } from '../password/store-password.js';
import { endSessions } from './end-sessions.js';
import type { Transact } from './sign-in.js';

export interface PasswordChange {
  readonly tenantId: string;
  readonly userId: string;
  /** This session goes on; all others of the user end. */
  readonly sessionId: string | null;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Changes a user's own password; false when the current one is wrong. API keys stay: they are revoked one by one. */
export async function changePassword(transact: Transact, change: PasswordChange): Promise<boolean> {
  const { tenantId, userId } = change;
  const stored = await transact(tenantId, (work) => passwordOf(work, userId));
  const fits = await passwordFits(stored ?? nobodysHash, change.currentPassword);
  if (!fits || stored === null) return false;
  const fresh = await hashPassword(change.newPassword);
  return transact(tenantId, async (work) => {
    const changed = await work.rows(sql`update identity.passwords set hash = ${fresh}, changed_at = ${work.now}
      where tenant_id = ${tenantId} and user_id = ${userId} and hash = ${stored} returning user_id`);
    if (changed.length === 0) return false;
    await endSessions(work, { userId, except: change.sessionId }, 'password_changed');
    return true;
  });
}
