import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../http/network.js';
import { authError } from './auth-errors.js';

export interface ThrottleLimit {
  readonly attempts: number;
  readonly seconds: number;
}
export interface ThrottleLimits {
  /** One account from one address: somebody who has forgotten a password, or guesses. */
  readonly pair: ThrottleLimit;
  /** One account from anywhere: guessing from many machines. */
  readonly account: ThrottleLimit;
  /** One address for any account: trying stolen lists. */
  readonly address: ThrottleLimit;
}
export const usualLimits: ThrottleLimits = {
  pair: { attempts: 10, seconds: 900 },
  account: { attempts: 50, seconds: 3600 },
  address: { attempts: 100, seconds: 900 },
};

/** Counts attempts in PostgreSQL, so that all processes agree, and before the password is looked at. */
export class LoginThrottle {
  private readonly pair: RateLimiterPostgres;
  private readonly account: RateLimiterPostgres;
  private readonly address: RateLimiterPostgres;

  /** `pool` is a pg pool; the table is made by a migration. */
  constructor(pool: object, limits: ThrottleLimits = usualLimits) {
    const limiter = (keyPrefix: string, { attempts, seconds }: ThrottleLimit, sweeps: boolean) =>
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        schemaName: 'identity',
        tableName: 'login_throttle',
        tableCreated: true,
        keyPrefix,
        points: attempts,
        duration: seconds,
        clearExpiredByTimeout: sweeps,
      });
    this.pair = limiter('pair', limits.pair, true);
    this.account = limiter('account', limits.account, false);
    this.address = limiter('address', limits.address, false);
  }

  /** Throws `auth.throttled` with the seconds to wait once there were too many attempts. */
  async attempt(email: string, ip: string | null): Promise<void> {
    const { account, address, pair } = keysOf(email, ip);
    const results = await Promise.allSettled([this.pair.consume(pair), this.account.consume(account), this.address.consume(address)]);
    const refused = results.flatMap((r): unknown[] => (r.status === 'rejected' ? [r.reason] : []));
    const defect = refused.find((reason) => !(reason instanceof RateLimiterRes));
    if (defect !== undefined) throw defect instanceof Error ? defect : new Error('Attempts could not be counted.', { cause: defect });
    const waits = refused.flatMap((reason) => (reason instanceof RateLimiterRes ? [reason.msBeforeNext] : []));
    if (waits.length > 0) throw authError('auth.throttled', { retryAfter: Math.max(1, Math.ceil(Math.max(...waits) / 1000)) });
  }

  /** Who knows the password was no guesser: what was counted for the account is forgiven. */
  async succeeded(email: string, ip: string | null): Promise<void> {
    const { account, address, pair } = keysOf(email, ip);
    await Promise.all([this.pair.delete(pair), this.account.delete(account), this.address.reward(address)]);
  }
}

function keysOf(email: string, ip: string | null) {
  const account = digest(email.trim().toLowerCase());
  const address = digest(networkOf(ip ?? 'unknown'));
  return { account, address, pair: `${account}.${address}` };
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);
