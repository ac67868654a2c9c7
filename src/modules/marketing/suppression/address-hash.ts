import type { Work } from '#kernel/usecase/work.js';

/** What is kept of an address that must not be written to: comparable, not readable. One per tenant. */
export const addressHash = (work: Work, address: string): string =>
  work.links.sign('marketing.suppression', `${work.tenantId} ${address.trim().toLowerCase()}`);
