import { sql } from '#kernel/db/sql.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { Product } from '#modules/catalog/product/product.resource.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { Team } from '#modules/identity/team/team.resource.js';
import { User } from '#modules/identity/user/user.resource.js';
import { sales } from '../sales.module.js';
import { sampleDeal, samplePipeline } from '../testing/builders.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit([identity, customers, catalog, sales]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  t = await kit.tenant();
});

const facts = (at = t) => at.work((work) => work.rows<Record<string, unknown>>(sql`select * from sales_pub.opportunity_facts`));

test('the published facts name account, sector, product, agent, manager and region', async () => {
  const pipeline = await samplePipeline(t);
  const named = await t.work(async (work) => {
    const team = await work.repo(Team).create({ name: 'Central', region: 'Central' });
    const manager = await work.repo(User).create({ name: 'Melvin Marxen', email: 'melvin@example.test' });
    const agent = await work
      .repo(User)
      .create({ name: 'Darcel Schlecht', email: 'darcel@example.test', teamId: team.id, managerId: manager.id });
    const account = await work.repo(Account).create({ name: 'Cancity', sector: 'retail' });
    const product = await work.repo(Product).create({ code: 'GTX-PRO', name: 'GTX Pro' });
    return { ownerId: agent.id, accountId: account.id, productId: product.id };
  });
  await sampleDeal(t, {
    ...named,
    stageId: pipeline.won,
    engagedOn: '2016-10-20',
    closeOn: '2017-03-01',
    amount: { amount: '1054', currency: 'USD' },
  });

  expect(await facts()).toEqual([
    expect.objectContaining({
      account: 'Cancity',
      sector: 'retail',
      product: 'GTX Pro',
      agent: 'Darcel Schlecht',
      manager: 'Melvin Marxen',
      region: 'Central',
      stage: 'Won',
      status: 'won',
      amount: '1054.0000',
      currency: 'USD',
      engaged_on: '2016-10-20',
      close_on: '2017-03-01',
      cycle_days: 132,
    }),
  ]);
});

test('a deal without account, product or team is a fact too, and an open one has no cycle yet', async () => {
  await samplePipeline(t);
  await sampleDeal(t, { engagedOn: '2026-01-01', closeOn: '2026-06-30' });
  expect(await facts()).toEqual([
    expect.objectContaining({ account: null, product: null, region: null, manager: null, status: 'open', cycle_days: null }),
  ]);
});

test('the view stands behind the tenant wall', async () => {
  await samplePipeline(t);
  await sampleDeal(t);
  expect(await facts(await kit.tenant())).toEqual([]);
});
