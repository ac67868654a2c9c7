import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { QuotaPolicy, QuotaStore, Taken } from './quota.js';

type MakeLimiter = (policy: QuotaPolicy, insuranceLimiter: RateLimiterAbstract) => RateLimiterAbstract;

/** What all processes count by. While it cannot be reached each counts for itself, so that requests are not refused for that. */
class SharedQuotaStore implements QuotaStore {
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  constructor(private readonly make: MakeLimiter) {}

  async take(policy: QuotaPolicy, key: string, wanted: number): Promise<Taken> {
    try {
      return taken(await this.limiter(policy).consume(digest(key), wanted));
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return taken(refusal);
      throw refusal;
    }
  }

  private limiter(policy: QuotaPolicy): RateLimiterAbstract {
    const known = this.limiters.get(policy.name);
    if (known) return known;
    const made = this.make(policy, new RateLimiterMemory(pointsOf(policy)));
    this.limiters.set(policy.name, made);
    return made;
  }
}

const pointsOf = ({ name, limit, seconds }: QuotaPolicy) => ({ keyPrefix: name, points: limit, duration: seconds });
const taken = ({ consumedPoints, msBeforeNext }: RateLimiterRes): Taken => ({ total: consumedPoints, msLeft: msBeforeNext });

/** `pool` is a pg pool; the table is made by a migration. */
export const postgresQuotas = (pool: object): QuotaStore =>
  new SharedQuotaStore(
    (policy, insuranceLimiter) =>
      new RateLimiterPostgres({
        ...pointsOf(policy),
        storeClient: pool,
        storeType: 'pool',
        schemaName: 'kernel',
        tableName: 'request_counts',
        tableCreated: true,
        insuranceLimiter,
      }),
  );

/** `redis` is an ioredis client that does not wait for a lost server. */
export const redisQuotas = (redis: object): QuotaStore =>
  new SharedQuotaStore(
    (policy, insuranceLimiter) =>
      new RateLimiterRedis({
        ...pointsOf(policy),
        keyPrefix: `kontor:requests:${policy.name}`,
        storeClient: redis,
        rejectIfRedisNotReady: true,
        insuranceLimiter,
      }),
  );

/** Neither a tenant, a person nor an address stands in the store. */
export const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);
