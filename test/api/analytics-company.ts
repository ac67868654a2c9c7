import { systemActor } from '#kernel/access/actor.js';
import type { Kit, TestTenant } from '#kernel/testing/kit.js';
import { analytics } from '#modules/analytics/analytics.module.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { Product } from '#modules/catalog/product/product.resource.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { Team } from '#modules/identity/team/team.resource.js';
import { User } from '#modules/identity/user/user.resource.js';
import { loseOpportunity } from '#modules/sales/opportunity/lose-opportunity.js';
import { winOpportunity } from '#modules/sales/opportunity/win-opportunity.js';
import { sales } from '#modules/sales/sales.module.js';
import { sampleDeal } from '#modules/sales/testing/builders.js';

export const modules = [identity, customers, catalog, sales, analytics];
export const system = systemActor('test');
export const eur = (amount: string) => ({ amount, currency: 'EUR' });

/**
 * Two sellers in two regions under two managers, an account each, four deals in the first pipeline there is: Ann of East won
 * 1,000.10 and lost 50, Bob of West won 2,000.20 and has 300 open, without an account.
 */
export async function makeCompany(kit: Kit, t: TestTenant) {
  const east = await seller(t, 'Ann', 'Eve', 'East');
  const west = await seller(t, 'Bob', 'Will', 'West');
  const [acme, zoom] = await t.work(
    (work) =>
      work.repo(Account).createMany([
        { name: 'Acme', sector: 'retail' },
        { name: 'Zoom', sector: 'medical' },
      ]),
    system,
  );
  const product = await t.work((work) => work.repo(Product).create({ name: 'GTX Pro', code: 'GTX-PRO' }), system);
  const deal = (ownerId: string, accountId: string | undefined, amount: string, engagedOn: string) =>
    sampleDeal(t, { ownerId, accountId: accountId ?? null, productId: product.id, amount: eur(amount), engagedOn });
  const deals = {
    annWon: await deal(east, acme?.id, '1000.10', '2026-01-01'),
    annLost: await deal(east, acme?.id, '50', '2026-01-01'),
    bobWon: await deal(west, zoom?.id, '2000.20', '2026-02-01'),
    bobOpen: await deal(west, undefined, '300', '2026-02-01'),
  };
  await t.run(winOpportunity, { opportunityId: deals.annWon, closedOn: '2026-01-31' });
  await t.run(loseOpportunity, { opportunityId: deals.annLost, closedOn: '2026-02-10', reason: 'price' });
  await t.run(winOpportunity, { opportunityId: deals.bobWon, closedOn: '2026-03-03' });
  await kit.drain();
  return { east, west, acme: acme?.id ?? '', zoom: zoom?.id ?? '', product: product.id, ...deals };
}

const seller = (t: TestTenant, name: string, manager: string, region: string): Promise<string> =>
  t.work(async (work) => {
    const team = await work.repo(Team).create({ name: `${region} sales`, region });
    const users = work.repo(User);
    const boss = await users.create({ name: manager, email: `${manager}@example.test`.toLowerCase(), teamId: team.id });
    return (await users.create({ name, email: `${name}@example.test`.toLowerCase(), teamId: team.id, managerId: boss.id })).id;
  }, system);
