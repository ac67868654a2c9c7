import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { Product } from '#modules/catalog/product/product.resource.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Contact } from '#modules/customers/contact/contact.resource.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { OpportunityStageChange } from '../opportunity/opportunity-stage-change.resource.js';
import { Opportunity } from '../opportunity/opportunity.resource.js';
import { sales } from '../sales.module.js';
import { sampleLead, samplePipeline } from '../testing/builders.js';
import { convertLead } from './convert-lead.js';
import { Lead } from './lead.resource.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit([identity, customers, catalog, sales]);
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
});
afterAll(() => kit.close());
beforeEach(async () => {
  t = await kit.tenant();
});

const outbox = (type: string) => kit.asOwner('select payload from kernel.outbox where type = $1', [type], t.id);

test('a qualified lead becomes a customer', async () => {
  const leadId = await sampleLead(t);

  const { accountId, contactId, opportunityId } = await t.run(convertLead, { leadId });

  await t.work(async (work) => {
    expect(await work.repo(Lead).get(leadId)).toMatchObject({
      status: 'converted',
      accountId,
      contactId,
      opportunityId: null,
      convertedAt: kit.clock.now(),
    });
    expect(await work.repo(Account).get(accountId)).toMatchObject({ name: 'Acme', ownerId: t.admin.userId });
    expect(await work.repo(Contact).get(contactId)).toMatchObject({
      accountId,
      firstName: 'Kim',
      lastName: 'Ng',
      email: 'kim.ng@example.test',
    });
  });
  expect(opportunityId).toBeNull();
  expect(await outbox('sales.lead_converted')).toEqual([{ payload: expect.objectContaining({ leadId, accountId, contactId }) }]);
});

test('a deal is opened with it when wanted, named after the company', async () => {
  const pipeline = await samplePipeline(t);
  const leadId = await sampleLead(t);

  const { accountId, contactId, opportunityId } = await t.run(convertLead, {
    leadId,
    opportunity: { amount: { amount: '4821.00', currency: 'EUR' } },
  });

  const deal = await t.work((work) => work.repo(Opportunity).get(opportunityId ?? ''));
  expect(deal).toMatchObject({
    name: 'Acme',
    accountId,
    contactId,
    ownerId: t.admin.userId,
    stageId: pipeline.contact,
    status: 'open',
    probability: 20,
  });
  expect(deal.amount).toEqual({ amount: '4821.0000', currency: 'EUR' });
  const [opened] = await t.work((work) => work.repo(OpportunityStageChange).list({ opportunityId: deal.id }));
  expect(opened).toMatchObject({ toStageId: pipeline.contact, changedById: t.admin.userId });
});

test('two clicks make one customer', async () => {
  const leadId = await sampleLead(t);

  const results = await Promise.allSettled([t.run(convertLead, { leadId }), t.run(convertLead, { leadId })]);

  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'lead.not_qualified' } });
  expect(await t.work((work) => work.repo(Account).count({}))).toBe(1);
  expect(await t.work((work) => work.repo(Contact).count({}))).toBe(1);
  expect(await outbox('sales.lead_converted')).toHaveLength(1);
});

test('nothing is left behind when a part cannot be done', async () => {
  const leadId = await sampleLead(t); // there is no pipeline to open the deal in

  await expect(t.run(convertLead, { leadId, opportunity: {} })).rejects.toMatchObject({ code: 'pipeline.no_open_stage' });

  expect(await t.work((work) => work.repo(Account).count({}))).toBe(0);
  expect(await t.work((work) => work.repo(Lead).get(leadId))).toMatchObject({ status: 'qualified', accountId: null });
});

test.each(['new', 'working', 'disqualified'] as const)('a lead that is %s is not converted', async (status) => {
  const leadId = await sampleLead(t, { status, ...(status === 'disqualified' ? { disqualifiedReason: 'Student' } : {}) });
  await expect(t.run(convertLead, { leadId })).rejects.toMatchObject({ code: 'lead.not_qualified', details: { status } });
});

test('the lead may join an account and a contact that are known', async () => {
  const leadId = await sampleLead(t);
  const known = await t.work(async (work) => {
    const account = await work.repo(Account).create({ name: 'Acme GmbH' });
    const contact = await work.repo(Contact).create({ lastName: 'Ng' });
    return { accountId: account.id, contactId: contact.id };
  });

  expect(await t.run(convertLead, { leadId, ...known })).toMatchObject(known);
  expect(await t.work((work) => work.repo(Contact).get(known.contactId))).toMatchObject({ accountId: known.accountId });
});

test('a contact of one account does not become the contact of another', async () => {
  const leadId = await sampleLead(t);
  const [accountId, contactId] = await t.work(async (work) => {
    const [one, other] = await work.repo(Account).createMany([{ name: 'One' }, { name: 'Other' }]);
    const contact = await work.repo(Contact).create({ lastName: 'Ng', accountId: other?.id });
    return [one?.id, contact.id] as const;
  });

  await expect(t.run(convertLead, { leadId, accountId, contactId })).rejects.toMatchObject({ code: 'contact.of_other_account' });
});

test('a lead of another tenant does not exist', async () => {
  const leadId = await sampleLead(t);
  const other = await kit.tenant();
  await expect(other.run(convertLead, { leadId })).rejects.toMatchObject({ kind: 'not_found', code: 'lead.not_found' });
});

test('a seller with reach own converts his leads, needs no right to create accounts, and finds no others', async () => {
  const seller = await t.user({ permissions: { 'lead:convert': 'own' } });
  const hisLead = await sampleLead(t, { ownerId: seller.id });
  const othersLead = await sampleLead(t);

  await expect(t.run(convertLead, { leadId: hisLead }, seller.actor)).resolves.toHaveProperty('accountId');
  await expect(t.run(convertLead, { leadId: othersLead }, seller.actor)).rejects.toMatchObject({ code: 'lead.not_found' });
});

test('an account out of reach cannot be joined', async () => {
  const seller = await t.user({ permissions: { 'lead:convert': 'own', 'account:read': 'own' } });
  const leadId = await sampleLead(t, { ownerId: seller.id });
  const foreign = await t.work((work) => work.repo(Account).create({ name: 'Foreign', ownerId: t.admin.userId }));

  await expect(t.run(convertLead, { leadId, accountId: foreign.id }, seller.actor)).rejects.toMatchObject({ code: 'account.not_found' });
});

test('without the permission nothing is converted', async () => {
  const reader = await t.user({ permissions: { 'lead:read': 'all' } });
  const leadId = await sampleLead(t);
  await expect(t.run(convertLead, { leadId }, reader.actor)).rejects.toMatchObject({ kind: 'forbidden' });
});

test('a product one may not read is answered like one that is not there, and nothing is converted', async () => {
  const seller = await t.user({ permissions: { 'lead:*': 'own' } });
  const leadId = await sampleLead(t, { ownerId: seller.id });
  await samplePipeline(t);
  const product = await t.work((work) => work.repo(Product).create({ name: 'Secret', code: 'S-1' }));
  for (const productId of [product.id, product.id.replace(/.{4}$/, 'ffff')])
    await expect(t.run(convertLead, { leadId, opportunity: { productId } }, seller.actor)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'input.reference_not_found',
    });
  expect(await t.work((work) => work.repo(Lead).get(leadId))).toMatchObject({ status: 'qualified' });
});
