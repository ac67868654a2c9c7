import { provisionTenant } from '#app/auth-wiring.js';
import { allModules } from '#app/modules.js';
import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';
import { createOpportunity } from '#modules/sales/opportunity/create-opportunity.js';
import { Opportunity } from '#modules/sales/opportunity/opportunity.resource.js';
import { Pipeline } from '#modules/sales/pipeline/pipeline.resource.js';
import { Stage } from '#modules/sales/pipeline/stage.resource.js';

let kit: Kit;
beforeAll(async () => {
  kit = await openKit(allModules);
});
afterAll(() => kit.close());

const company = (slug: string, locale: string, isFurnished: boolean) =>
  provisionTenant(kit.runtime, {
    slug,
    name: 'Acme',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    locale,
    admin: { email: `boss@${slug}.example`, name: 'Boss', password: 'a long password' },
    isFurnished,
  });

test.each([
  ['de-AT', 'Vertrieb', ['Neu', 'Qualifiziert', 'Angebot', 'Verhandlung', 'Gewonnen', 'Verloren']],
  ['en', 'Sales', ['New', 'Qualified', 'Proposal', 'Negotiation', 'Won', 'Lost']],
])('a new company whose language is %s can open a deal at once', async (locale, name, names) => {
  const { tenantId, adminId } = await company(`new-${locale.toLowerCase()}`, locale, true);
  await kit.runtime.withWork({ tenantId, actor: systemActor('test'), cause: { command: 'test' } }, async (work) => {
    const { opportunityId } = await createOpportunity.run({ name: 'First deal', ownerId: adminId }, work);
    const { stageId } = await work.repo(Opportunity).get(opportunityId);
    const stages = await work.repo(Stage).list({}, { orderBy: ['position'] });
    expect(stages.map((stage) => stage.name)).toEqual(names);
    expect(stages.map((stage) => stage.probability)).toEqual([10, 25, 50, 75, 100, 0]);
    expect(stageId).toBe(stages[0]?.id);
    expect(await work.repo(Pipeline).list({})).toMatchObject([{ name }]);
  });
});

test('a company that brings its own settings gets none', async () => {
  const { tenantId } = await company('new-bare', 'de', false);
  await kit.runtime.withWork({ tenantId, actor: systemActor('test'), cause: { command: 'test' } }, async (work) => {
    expect(await work.repo(Pipeline).list({})).toEqual([]);
  });
});
