import { invalid } from '#kernel/errors/domain-error.js';

export const datesErrors = { 'access.dates_unfit': 'The end lies before the beginning, or in the past.' };

/** Refuses a span that ends before it begins, or that is over already. */
export function refuseOddDates(from: Date | null | undefined, until: Date | null | undefined, now: Date): void {
  if (!until || (until > now && (!from || from < until))) return;
  throw invalid('access.dates_unfit', 'The end must lie after the beginning and in the future.', {
    errors: [{ path: '/validUntil', code: 'unfit', message: 'must lie after the beginning and in the future' }],
  });
}
