import { tooMany } from '#kernel/errors/domain-error.js';
import { Quota, type QuotaPolicy, type QuotaStore } from '../http/quota.js';

/**
 * What the operations of one company may cost together in a window, by all of its people and keys and in all processes: one operation of
 * thousands of rows weighs as much as thousands of small ones, which a count of requests does not see.
 */
export class CostQuota {
  private readonly quota: Quota;

  constructor(policy: QuotaPolicy, store: QuotaStore) {
    this.quota = new Quota(policy, store);
  }

  /** Without waiting. False: `spend` has to be asked, for it is not known here, or too much. */
  spendNow(tenantId: string, cost: number): boolean {
    return cost === 0 || this.quota.countNow(tenantId, cost)?.refused === false;
  }

  async spend(tenantId: string, cost: number): Promise<void> {
    const { refused, secondsLeft } = await this.quota.count(tenantId, cost);
    if (!refused) return;
    throw tooMany(
      'rate.cost_limited',
      'The operations of your company have cost too much in this window. Wait, or ask for smaller pages.',
      {
        cost,
        retryAfter: secondsLeft,
      },
    );
  }
}
