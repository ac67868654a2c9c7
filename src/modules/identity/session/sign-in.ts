import { sql } from '#kernel/db/sql.js';
import { nilId } from '#kernel/resource/ids.js';
import type { Work } from '#kernel/usecase/work.js';
import { nobodysHash, passwordFits } from '../password/hash-password.js';
import { openSession, type Client, type OpenedSession } from './open-session.js';

/** How flows that hash between two transactions open each of them. */
export type Transact = <T>(tenantId: string, run: (work: Work) => Promise<T>) => Promise<T>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Slug of the tenant; needed when the address is known to several. */
  readonly tenant: string | null;
}
export type SignedIn = OpenedSession & { readonly tenantId: string; readonly userId: string };

/** A tenant that does not exist: behind its wall there is nothing to see. */

/**
 * Opens a session, or answers null. Null tells nothing: an unknown address, one known to several tenants when none is
 * named, an inactive user and a wrong password all take the same two look-ups and one hash.
 */
export async function signIn(transact: Transact, credentials: Credentials, client: Client): Promise<SignedIn | null> {
  const email = credentials.email.trim().toLowerCase();
  const tenants = await transact(nilId, (work) =>
    work.rows<{ id: string }>(sql`select id from identity.login_tenants(${email}, ${credentials.tenant}) as id`),
  );
  const tenantId = tenants.length === 1 ? (tenants[0]?.id ?? nilId) : nilId;
  const account = await transact(tenantId, (work) => accountOf(work, email));
  const fits = await passwordFits(account?.hash ?? nobodysHash, credentials.password);
  if (!account || !fits) return null;
  return transact(tenantId, async (work) => {
    // The password may have been changed, or the user deactivated, while we were hashing.
    const now = await accountOf(work, email);
    if (now?.hash !== account.hash) return null;
    return { ...(await openSession(work, account.userId, client)), tenantId, userId: account.userId };
  });
}

async function accountOf(work: Work, email: string): Promise<{ userId: string; hash: string } | undefined> {
  const [row] = await work.rows<{ userId: string; hash: string }>(sql`select u.id as "userId", p.hash from identity.users u
    join identity.passwords p on p.tenant_id = u.tenant_id and p.user_id = u.id
    where u.tenant_id = ${work.tenantId} and u.email = ${email} and u.active`);
  return row;
}
