import type { Actor } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { catalog } from '#modules/catalog/catalog.module.js';
import { customers } from '#modules/customers/customers.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { Pipeline } from '../pipeline/pipeline.resource.js';
import { Stage } from '../pipeline/stage.resource.js';
import { sales } from '../sales.module.js';
import { sampleDeal, samplePipeline, type SamplePipeline } from '../testing/builders.js';
import { loseOpportunity } from './lose-opportunity.js';
import { moveOpportunity } from './move-opportunity.js';
import { OpportunityStageChange } from './opportunity-stage-change.resource.js';
import { Opportunity } from './opportunity.resource.js';
import { reopenOpportunity } from './reopen-opportunity.js';
import { winOpportunity } from './win-opportunity.js';

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
const payloads = async (type: string) =>
  (await kit.asOwner('select payload from kernel.outbox where type = $1', [type], t.id)).map((row) => row['payload']);

test('a deal is won: stage, probability, day and value follow, and the world hears of it once', async () => {
  const opportunityId = await sampleDeal(t);

  expect(await t.run(winOpportunity, { opportunityId, amount: { amount: '1154.50', currency: 'EUR' } })).toEqual({
    stageId: direct.won,
    closedOn: '2026-03-02',
  });

  expect(await read(opportunityId)).toMatchObject({
    status: 'won',
    stageId: direct.won,
    probability: 100,
    closeOn: '2026-03-02',
    closedAt: kit.clock.now(),
    amount: { amount: '1154.5000', currency: 'EUR' },
  });
  expect(await payloads('sales.opportunity_won')).toEqual([expect.objectContaining({ opportunityId, closedOn: '2026-03-02' })]);
  expect(await payloads('sales.opportunity_moved')).toEqual([
    expect.objectContaining({ fromStageId: direct.contact, toStageId: direct.won }),
  ]);
});

test('the day of the decision may lie in the past', async () => {
  const opportunityId = await sampleDeal(t);
  await t.run(winOpportunity, { opportunityId, closedOn: '2026-02-27' });
  expect(await read(opportunityId)).toMatchObject({ closeOn: '2026-02-27', amount: { amount: '1000.0000', currency: 'EUR' } });
});

test('a deal is lost with a reason, never without', async () => {
  const opportunityId = await sampleDeal(t);

  await expect(t.run(loseOpportunity, { opportunityId, reason: '' })).rejects.toMatchObject({ code: 'input.invalid' });
  await t.run(loseOpportunity, { opportunityId, reason: 'Too expensive' });

  expect(await read(opportunityId)).toMatchObject({ status: 'lost', stageId: direct.lost, probability: 0, lostReason: 'Too expensive' });
  expect(await payloads('sales.opportunity_lost')).toEqual([expect.objectContaining({ reason: 'Too expensive' })]);
});

test('of one who wins and one who loses at once, one succeeds', async () => {
  const opportunityId = await sampleDeal(t);

  const results = await Promise.allSettled([
    t.run(winOpportunity, { opportunityId }),
    t.run(loseOpportunity, { opportunityId, reason: 'Too expensive' }),
  ]);

  expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'opportunity.not_open' } });
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  expect([...(await payloads('sales.opportunity_won')), ...(await payloads('sales.opportunity_lost'))]).toHaveLength(1);
});

const closings = [
  ['won', (opportunityId: string) => t.run(winOpportunity, { opportunityId })],
  ['lost', (opportunityId: string) => t.run(loseOpportunity, { opportunityId, reason: 'Too expensive' })],
] as const;
test.each(closings)('two at once leave the deal %s once', async (_, close) => {
  const opportunityId = await sampleDeal(t);
  const results = await Promise.allSettled([close(opportunityId), close(opportunityId)]);
  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await t.work((work) => work.repo(OpportunityStageChange).count({ opportunityId }))).toBe(2);
});

test('a pipeline without an end says so', async () => {
  const pipelineId = await t.work(async (work) => {
    const pipeline = await work.repo(Pipeline).create({ name: 'Endless' });
    await work.repo(Stage).create({ pipelineId: pipeline.id, name: 'Talk', position: 1, probability: 10 });
    return pipeline.id;
  });
  const opportunityId = await sampleDeal(t, { pipelineId });
  await expect(t.run(winOpportunity, { opportunityId })).rejects.toMatchObject({ code: 'pipeline.no_end' });
});

test('a reopened deal returns to the stage it was closed from', async () => {
  const opportunityId = await sampleDeal(t);
  await t.run(moveOpportunity, { opportunityId, stageId: direct.offer });
  await t.run(loseOpportunity, { opportunityId, reason: 'Too expensive' });

  expect(await t.run(reopenOpportunity, { opportunityId })).toEqual({ stageId: direct.offer });

  expect(await read(opportunityId)).toMatchObject({ status: 'open', probability: 60, closedAt: null, lostReason: null });
  expect(await payloads('sales.opportunity_reopened')).toHaveLength(1);
});

test('an open deal is not reopened, and a closed one only once', async () => {
  const opportunityId = await sampleDeal(t);
  await expect(t.run(reopenOpportunity, { opportunityId })).rejects.toMatchObject({ code: 'opportunity.not_closed' });
  await t.run(winOpportunity, { opportunityId });

  const results = await Promise.allSettled([t.run(reopenOpportunity, { opportunityId }), t.run(reopenOpportunity, { opportunityId })]);

  expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a stage that deals are in keeps its kind', async () => {
  await sampleDeal(t);
  const update = t.work((work) => work.repo(Stage).update(direct.contact, { kind: 'won', probability: 100 }));
  await expect(update).rejects.toMatchObject({ code: 'stage.in_use' });
});

type Close = (at: TestTenant, opportunityId: string, actor?: Actor) => Promise<object>;
const ends: readonly (readonly [verb: string, close: Close, closed: boolean])[] = [
  ['win', (at, opportunityId, actor) => at.run(winOpportunity, { opportunityId }, actor), false],
  ['lose', (at, opportunityId, actor) => at.run(loseOpportunity, { opportunityId, reason: 'Too expensive' }, actor), false],
  ['reopen', (at, opportunityId, actor) => at.run(reopenOpportunity, { opportunityId }, actor), true],
];
test.each(ends)('%s reaches own deals only, and none of another tenant', async (verb, close, closed) => {
  const seller = await t.user({ permissions: { [`opportunity:${verb}`]: 'own' } });
  const stage = closed ? { stageId: direct.won } : {};
  const own = await sampleDeal(t, { ownerId: seller.id, ...stage });
  const foreign = await sampleDeal(t, stage);
  const other = await kit.tenant();

  await expect(close(t, foreign, seller.actor)).rejects.toMatchObject({ code: 'opportunity.not_found' });
  await expect(close(other, own)).rejects.toMatchObject({ code: 'opportunity.not_found' });
  await expect(close(t, own, seller.actor)).resolves.toHaveProperty('stageId');
});
