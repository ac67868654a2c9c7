import type { Work } from '#kernel/usecase/work.js';
import { quality } from '#modules/quality/quality.module.js';
import { makeDice } from './dice.js';
import { seedActivities } from './seed-activities.js';
import { seedCatalog } from './seed-catalog.js';
import { seedCustomers } from './seed-customers.js';
import { seedDeals } from './seed-deals.js';
import { seedLeads } from './seed-leads.js';
import { seedMarketing } from './seed-marketing.js';
import { seedPeople, type DemoPeople, type RoleIds } from './seed-people.js';
import { seedService } from './seed-service.js';

/** Runs its argument in one transaction of the demo tenant, with the rights of the system. */
export type DemoRun = <T>(seed: (work: Work) => Promise<T>) => Promise<T>;

/** What `createTenant` returns, as far as it is needed here. */
export interface DemoTenant {
  readonly adminId: string;
  readonly roleIds: RoleIds;
}

export interface DemoCompany {
  readonly people: DemoPeople;
  readonly accountIds: readonly string[];
  readonly contactIds: readonly string[];
  readonly productIds: readonly string[];
  readonly opportunityIds: readonly string[];
  readonly leads: number;
  readonly activities: number;
  readonly cases: number;
  readonly journeyId: string;
  readonly segmentId: string;
}

/**
 * Havelland Messtechnik, a maker of sensors with three sales teams, some sixty customers, a service desk and a newsletter. All or
 * nothing, in one transaction. The same company each time; its dates are counted from today.
 */
export const seedDemo = (run: DemoRun, tenant: DemoTenant): Promise<DemoCompany> =>
  run(async (work) => {
    const dice = makeDice(1928);
    const people = await seedPeople(work, tenant.adminId, tenant.roleIds);
    const articles = await seedCatalog(work);
    const customers = await seedCustomers(work, dice, people.sellers);
    const deals = await seedDeals(work, dice, customers, articles);
    const leads = await seedLeads(work, dice, people.sellers);
    const activities = await seedActivities(work, dice, customers);
    const cases = await seedService(work, people, customers, articles);
    const campaign = await seedMarketing(work);
    await quality.furnish?.(work, { locale: 'de' });
    return {
      ...campaign,
      people,
      leads,
      activities,
      cases,
      accountIds: customers.map(({ account }) => account.id),
      contactIds: customers.flatMap(({ contacts }) => contacts.map((contact) => contact.id)),
      productIds: articles.map((article) => article.id),
      opportunityIds: deals.map((deal) => deal.id),
    };
  });
