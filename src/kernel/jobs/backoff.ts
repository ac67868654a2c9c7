import type { RetryPolicy } from '#kernel/usecase/define-job.js';

const longestMs = 6 * 3_600_000;

/** Wait before the next try after `failures` failed ones: doubling, between half and one and a half of it, so that herds disperse. */
export function backoffMs(retry: RetryPolicy, failures: number, random: () => number): number {
  const wait = Math.min(retry.backoffMs * 2 ** Math.max(0, failures - 1), longestMs);
  return Math.round(wait * (0.5 + random()));
}
