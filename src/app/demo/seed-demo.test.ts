import { systemActor } from '#kernel/access/actor.js';
import { sql } from '#kernel/db/sql.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { Activity } from '#modules/customers/activity/activity.resource.js';
import { Consent } from '#modules/customers/consent/consent.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { OpportunityStageChange } from '#modules/sales/opportunity/opportunity-stage-change.resource.js';
import { Opportunity } from '#modules/sales/opportunity/opportunity.resource.js';
import { OutboundMessage } from '#modules/marketing/message/outbound-message.resource.js';
import { ingestEvent } from '#modules/marketing/event/ingest-event.js';
import { Case } from '#modules/service/case/case.resource.js';
import { Notification } from '#modules/service/notification/notification.resource.js';
import { CaseTimer } from '#modules/service/sla/case-timer.resource.js';
import { SegmentMember } from '#modules/marketing/segment/segment-member.resource.js';
import { allModules } from '../modules.js';
import { seedDemo, type DemoCompany } from './seed-demo.js';
import { signUpEvent } from './seed-marketing.js';

const today = new Date('2026-03-02T09:00:00Z');
let kit: Kit;

beforeAll(async () => {
  kit = await openKit(allModules);
});
beforeEach(() => {
  kit.clock.set(today);
});
afterAll(() => kit.close());

async function seeded(): Promise<{ t: TestTenant; company: DemoCompany }> {
  const t = await kit.tenant();
  const company = await seedDemo((seed) => t.work(seed, systemActor('demo')), { adminId: t.admin.userId ?? '', roleIds: new Map() });
  return { t, company };
}

// First, while this company is the only one whose events the workers have to go through.
test('the company is alive: its manager hears of an urgent case nobody answered, and who signs up is greeted', async () => {
  const { t, company } = await seeded();
  const contactId = await t.work(async (work) => (await work.repo(Consent).first({ status: 'granted' }))?.contactId);
  await t.run(ingestEvent, { id: 'sign-up-1', type: signUpEvent, contactId });
  kit.clock.advance({ minutes: 30 });
  await kit.drain();

  await t.work(async (work) => {
    expect(await work.repo(Case).count({})).toBe(company.cases);
    expect(await work.repo(CaseTimer).count({})).toBe(2 * company.cases);
    expect(await work.repo(Notification).count({ userId: t.admin.userId })).toBeGreaterThan(0);
    expect(await work.repo(OutboundMessage).list({ journeyId: company.journeyId })).toMatchObject([{ contactId, status: 'sent' }]);
    expect(await work.repo(SegmentMember).count({ segmentId: company.segmentId })).toBeGreaterThan(5);
  });
});

test('the company has the size of a real one', async () => {
  const { t, company } = await seeded();

  expect([company.accountIds.length, company.opportunityIds.length, company.leads, company.activities, company.productIds.length]).toEqual([
    60, 120, 24, 180, 12,
  ]);
  expect(company.contactIds.length).toBeGreaterThan(130);
  await t.work(async (work) => {
    const won = await work.repo(Opportunity).count({ status: 'won' });
    const lost = await work.repo(Opportunity).count({ status: 'lost' });
    expect(won).toBeGreaterThan(lost);
    expect(lost).toBeGreaterThan(15);
    expect(won + lost).toBeLessThan(100);
    expect(await work.repo(Consent).count({ status: 'granted' })).toBeGreaterThan(60);
    expect(await work.repo(Consent).count({ status: 'withdrawn' })).toBeGreaterThan(3);
    expect(await work.repo(Activity).count({ doneAt: null })).toBeGreaterThan(10);
  });
});

test('nobody can be reached by mistake: every address is on a reserved domain', async () => {
  const { t } = await seeded();
  const contacts = await t.work((work) => work.repo(Contact).list({}));
  expect(contacts.filter((contact) => !contact.email?.endsWith('.example.test'))).toEqual([]);
  expect(new Set(contacts.map((contact) => contact.email)).size).toBe(contacts.length);
});

test('deals have a history that leads to where they are, with no step in the future', async () => {
  const { t, company } = await seeded();
  await t.work(async (work) => {
    for (const deal of await work.repo(Opportunity).list({ id: company.opportunityIds })) {
      const steps = await work.repo(OpportunityStageChange).list({ opportunityId: deal.id }, { orderBy: ['changedAt', 'id'] });
      expect(steps.at(-1)).toMatchObject({ toStageId: deal.stageId, changedAt: deal.stageEnteredAt });
      expect(steps[0]?.fromStageId).toBeNull();
      expect(steps.every((step) => step.changedAt <= today)).toBe(true);
    }
  });
});

test('two companies of the same day are alike', async () => {
  const facts = async () => {
    const { t } = await seeded();
    return t.work((work) =>
      work.rows(
        sql`select account, product, agent, manager, region, stage, amount, engaged_on, close_on from sales_pub.opportunity_facts order by 1, 2, 7, 8`,
      ),
    );
  };
  expect(await facts()).toEqual(await facts());
});
