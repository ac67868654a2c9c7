import { systemActor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { sales } from '../sales.module.js';
import { sampleDeal, samplePipeline, type SamplePipeline } from '../testing/builders.js';
import { createOpportunity } from './create-opportunity.js';
import { moveOpportunity } from './move-opportunity.js';
import { OpportunityStageChange } from './opportunity-stage-change.resource.js';
import { Opportunity } from './opportunity.resource.js';

let kit: Kit;
let t: TestTenant;
let direct: SamplePipeline;

beforeAll(async () => {
  kit = await openKit([identity, customers, catalog, sales]);
});
afterAll(() => kit.close());
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-02T09:00:00Z'));
  t = await kit.tenant();
  direct = await samplePipeline(t);
});

const read = (id: string) => t.work((work) => work.repo(Opportunity).get(id));
const history = (opportunityId: string) =>
  t.work((work) => work.repo(OpportunityStageChange).list({ opportunityId }, { orderBy: ['changedAt'] }));

describe('opportunity.create', () => {
  test('a deal starts in the first open stage of the first pipeline, owned by the caller', async () => {
    await samplePipeline(t, 'Partners', 2);
    const { opportunityId } = await t.run(createOpportunity, { name: 'Machines', amount: { amount: '1000', currency: 'EUR' } });

    expect(await read(opportunityId)).toMatchObject({
      ownerId: t.admin.userId,
      pipelineId: direct.id,
      stageId: direct.contact,
      status: 'open',
      probability: 20,
      engagedOn: '2026-03-02',
      closedAt: null,
    });
    expect(await history(opportunityId)).toMatchObject([
      { fromStageId: null, toStageId: direct.contact, secondsInStage: null, changedById: t.admin.userId },
    ]);
  });

  test('a stage of another pipeline is refused', async () => {
    const partners = await samplePipeline(t, 'Partners', 2);
    await expect(t.run(createOpportunity, { name: 'Machines', pipelineId: partners.id, stageId: direct.offer })).rejects.toMatchObject({
      code: 'opportunity.stage_of_other_pipeline',
    });
  });

  test('a deal is not born won', async () => {
    await expect(t.run(createOpportunity, { name: 'Machines', stageId: direct.won })).rejects.toMatchObject({
      code: 'opportunity.stage_closes',
    });
  });

  test('a machine has to name an owner', async () => {
    const machine = { ...systemActor('test'), kind: 'api_key' as const };
    await expect(t.run(createOpportunity, { name: 'Machines' }, machine)).rejects.toMatchObject({ code: 'opportunity.owner_missing' });
  });

  test('of two with the same outside name one is made', async () => {
    const input = { name: 'Machines', externalRef: 'erp:4711' };
    const results = await Promise.allSettled([t.run(createOpportunity, input), t.run(createOpportunity, input)]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'opportunity.external_ref_taken' } });
  });

  test('whoever reaches only himself opens deals for himself only', async () => {
    const seller = await t.user({ permissions: { 'opportunity:create': 'own', 'user:read': 'all' } });
    await expect(t.run(createOpportunity, { name: 'Mine' }, seller.actor)).resolves.toHaveProperty('opportunityId');
    await expect(t.run(createOpportunity, { name: 'His', ownerId: t.admin.userId }, seller.actor)).rejects.toMatchObject({
      code: 'opportunity.owner_out_of_reach',
    });
    expect(await t.work((work) => work.repo(Opportunity).count({}))).toBe(1);
  });

  test('an account out of reach, and one of another tenant, cannot be named', async () => {
    const other = await kit.tenant();
    const foreign = await other.work((work) => work.repo(Account).create({ name: 'Foreign' }));
    const unreached = await t.work((work) => work.repo(Account).create({ name: 'Unreached' }));
    const seller = await t.user({ permissions: { 'opportunity:create': 'own', 'account:read': 'own' } });

    await expect(t.run(createOpportunity, { name: 'X', accountId: foreign.id })).rejects.toMatchObject({
      code: 'input.reference_not_found',
    });
    await expect(t.run(createOpportunity, { name: 'X', accountId: unreached.id }, seller.actor)).rejects.toMatchObject({
      code: 'input.reference_not_found',
    });
  });
});

describe('opportunity.move', () => {
  test('a move is written down with its time, its author and how long the deal had been there', async () => {
    const opportunityId = await sampleDeal(t);
    kit.clock.advance({ hours: 36 });

    await t.run(moveOpportunity, { opportunityId, stageId: direct.offer });

    expect(await read(opportunityId)).toMatchObject({
      stageId: direct.offer,
      probability: 60,
      status: 'open',
      stageEnteredAt: kit.clock.now(),
    });
    expect((await history(opportunityId))[1]).toMatchObject({
      fromStageId: direct.contact,
      toStageId: direct.offer,
      changedById: t.admin.userId,
      changedAt: kit.clock.now(),
      secondsInStage: 129_600,
      amount: { amount: '1000.0000', currency: 'EUR' },
    });
  });

  test('two moves to one stage at once make one line of history', async () => {
    const opportunityId = await sampleDeal(t);
    const move = () => t.run(moveOpportunity, { opportunityId, stageId: direct.offer });

    const results = await Promise.allSettled([move(), move()]);

    expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'opportunity.stage_unchanged' } });
    expect(await history(opportunityId)).toHaveLength(2);
  });

  test('a stage of another pipeline is refused', async () => {
    const opportunityId = await sampleDeal(t);
    const partners = await samplePipeline(t, 'Partners', 2);
    await expect(t.run(moveOpportunity, { opportunityId, stageId: partners.offer })).rejects.toMatchObject({
      code: 'opportunity.stage_of_other_pipeline',
    });
  });

  test('not even hand-written SQL puts a deal into a stage of another pipeline, or into a status its stage does not have', async () => {
    const opportunityId = await sampleDeal(t);
    const partners = await samplePipeline(t, 'Partners', 2);
    const update = (set: string, value: string) =>
      kit.asOwner(`update sales.opportunities set ${set} = $2 where tenant_id = $3 and id = $1`, [opportunityId, value, t.id], t.id);
    await expect(update('stage_id', partners.offer)).rejects.toMatchObject({ constraint: 'opportunities_course_fkey' });
    await expect(update('status', 'won')).rejects.toMatchObject({ constraint: 'opportunities_course_fkey' });
  });

  test('a won stage is not reached by a move', async () => {
    const opportunityId = await sampleDeal(t);
    await expect(t.run(moveOpportunity, { opportunityId, stageId: direct.won })).rejects.toMatchObject({
      code: 'opportunity.stage_closes',
    });
  });

  test('own reach moves own deals; deals of others and of other tenants do not exist', async () => {
    const seller = await t.user({ permissions: { 'opportunity:move': 'own' } });
    const own = await sampleDeal(t, { ownerId: seller.id });
    const foreign = await sampleDeal(t);
    const other = await kit.tenant();

    await expect(t.run(moveOpportunity, { opportunityId: foreign, stageId: direct.offer }, seller.actor)).rejects.toMatchObject({
      code: 'opportunity.not_found',
    });
    await expect(other.run(moveOpportunity, { opportunityId: own, stageId: direct.offer })).rejects.toMatchObject({
      code: 'opportunity.not_found',
    });
    await expect(t.run(moveOpportunity, { opportunityId: own, stageId: direct.offer }, seller.actor)).resolves.toEqual({
      fromStageId: direct.contact,
      toStageId: direct.offer,
    });
  });
});
