import { Redis } from 'ioredis';
import { postgresQuotas, redisQuotas } from '#api/http/quota-store.js';
import type { RateLimits } from '#api/http/rate-limits.js';
import type { Config } from './config.js';

const aMinute = 60;
const policy = (name: string, limit: number) => (limit === 0 ? null : { name, limit, seconds: aMinute });

export interface RateLimiting {
  /** Null: no requests are counted. */
  readonly limits: RateLimits | null;
  stop(): Promise<void>;
}

/** Counts requests where all processes see it: in Redis when there is one, else in PostgreSQL. `pool` is a pg pool. */
export function openRateLimiting(
  { rateLimits, redisUrl }: Pick<Config, 'rateLimits' | 'redisUrl'>,
  pool: object,
  log: { warn(details: object, message: string): void },
): RateLimiting {
  const { principal, address, cost } = rateLimits;
  if (principal === 0 && address === 0 && cost === 0) return { limits: null, stop: () => Promise.resolve() };
  const redis = redisUrl === null ? null : openRedis(redisUrl, log);
  return {
    limits: {
      store: redis ? redisQuotas(redis) : postgresQuotas(pool),
      principal: policy('principal', principal),
      address: policy('address', address),
      cost: policy('cost', cost),
    },
    stop: async () => redis?.disconnect(),
  };
}

/** Does not wait for a server that is away: then each process counts for itself. */
function openRedis(url: string, log: { warn(details: object, message: string): void }): Redis {
  const redis = new Redis(url, { connectionName: 'kontor-rates', enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 500 });
  redis.on('error', (error: Error) => log.warn({ reason: error.message }, 'Requests are counted without Redis'));
  return redis;
}
