import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, Permissions } from '#kernel/access/actor.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { refreshFacts } from '#modules/analytics/api.js';
import { FactRefresh } from '#modules/analytics/fact/fact-refresh.resource.js';
import { reconcileFacts } from '#modules/analytics/fact/reconcile-facts.js';
import { describeAnalytics } from '#modules/analytics/queries/describe-analytics.js';
import { loadAnalytics } from '#modules/analytics/queries/load-analytics.js';
import type { Repo, Work } from '#kernel/usecase/work.js';
import { Product } from '#modules/catalog/product/product.resource.js';
import { Account } from '#modules/customers/account/account.resource.js';
import { Team } from '#modules/identity/team/team.resource.js';
import { User } from '#modules/identity/user/user.resource.js';
import { Opportunity } from '#modules/sales/opportunity/opportunity.resource.js';
import { winOpportunity } from '#modules/sales/opportunity/win-opportunity.js';
import { sampleDeal, samplePipeline } from '#modules/sales/testing/builders.js';
import { eur, makeCompany, modules, system } from './analytics-company.js';

let kit: Kit;
let t: TestTenant;

beforeAll(async () => {
  kit = await openKit(modules);
});
afterAll(() => kit.close());
beforeEach(async () => {
  kit.clock.set(new Date('2026-03-05T09:00:00Z'));
  t = await kit.tenant();
  await samplePipeline(t);
});

async function rows(query: object, actor?: Actor): Promise<Record<string, string | null>[]> {
  const { results } = await t.run(loadAnalytics, { query }, actor ?? t.admin);
  return results[0]?.data as Record<string, string | null>[];
}
const figures = async (...names: string[]) => {
  const [row] = await rows({ measures: names.map((name) => `opportunities.${name}`) });
  return names.map((name) => row?.[`opportunities.${name}`]);
};

const company = () => makeCompany(kit, t);

describe('facts follow the deals', () => {
  test('figures are right as soon as the events of a change are through', async () => {
    await company();
    expect(
      await figures(
        'count',
        'wonCount',
        'lostCount',
        'openCount',
        'wonValue',
        'openValue',
        'winRate',
        'avgCycleDays',
        'avgWonCycleDays',
        'avgLostCycleDays',
      ),
    ).toEqual(['4', '2', '1', '1', '3000.30', '300.00', '66.67', '33.33', '30.00', '40.00']);
  });

  test('every dimension groups them', async () => {
    await company();
    const by = async (dimension: string) =>
      (await rows({ measures: ['opportunities.wonValue'], dimensions: [`opportunities.${dimension}`] })).map((row) => [
        row[`opportunities.${dimension}`],
        row['opportunities.wonValue'],
      ]);
    expect(await by('region')).toEqual([
      ['West', '2000.20'],
      ['East', '1000.10'],
    ]);
    expect(await by('manager')).toEqual([
      ['Will', '2000.20'],
      ['Eve', '1000.10'],
    ]);
    expect(await by('agent')).toEqual([
      ['Bob', '2000.20'],
      ['Ann', '1000.10'],
    ]);
    expect(await by('sector')).toEqual([
      ['medical', '2000.20'],
      ['retail', '1000.10'],
      [null, '0.00'],
    ]);
    expect(await by('account')).toEqual([
      ['Zoom', '2000.20'],
      ['Acme', '1000.10'],
      [null, '0.00'],
    ]);
    expect(await by('product')).toEqual([['GTX Pro', '3000.30']]);
    expect(await by('stage')).toEqual([
      ['Won', '3000.30'],
      ['Contact', '0.00'],
      ['Lost', '0.00'],
    ]);
    expect(await by('status')).toEqual([
      ['won', '3000.30'],
      ['lost', '0.00'],
      ['open', '0.00'],
    ]);
    expect(await by('closeDate')).toEqual([
      ['2026-03-03T00:00:00.000', '2000.20'],
      ['2026-01-31T00:00:00.000', '1000.10'],
      ['2026-02-10T00:00:00.000', '0.00'],
      [null, '0.00'],
    ]);
  });

  test('new names of accounts, products, sellers and regions arrive, and a deleted deal goes', async () => {
    const c = await company();
    await t.work(async (work) => {
      await work.repo(Account).update(c.acme, { name: 'Acme Inc', sector: 'wholesale' });
      await work.repo(Product).update(c.product, { name: 'GTX Max' });
      await work.repo(User).update(c.east, { name: 'Anna' });
      const team = await work.repo(Team).first({ region: 'West' });
      await work.repo(Team).update(team?.id ?? '', { region: 'Far West' });
      await work.repo(Opportunity).delete(c.bobOpen);
    }, system);
    await kit.drain();

    const dimensions = ['account', 'sector', 'product', 'agent', 'region'].map((d) => `opportunities.${d}`);
    const found = await rows({ measures: ['opportunities.count'], dimensions });
    expect(found.map((row) => Object.values(row))).toEqual([
      ['Acme Inc', 'wholesale', 'GTX Max', 'Anna', 'East', '2'],
      ['Zoom', 'medical', 'GTX Max', 'Bob', 'Far West', '1'],
    ]);
  });

  test('a seller who changes the team takes his deals along', async () => {
    const c = await company();
    await t.work(async (work) => {
      const team = await work.repo(Team).first({ region: 'East' });
      await work.repo(User).update(c.west, { teamId: team?.id ?? null });
    }, system);
    await kit.drain();
    expect(await rows({ measures: ['opportunities.count'], dimensions: ['opportunities.region'] })).toMatchObject([
      { 'opportunities.region': 'East', 'opportunities.count': '4' },
    ]);
  });

  test('values in another currency are left out of sums and counted apart', async () => {
    const opportunityId = await sampleDeal(t, { amount: { amount: '500', currency: 'USD' } });
    await sampleDeal(t, { amount: eur('70.1234') });
    await t.run(winOpportunity, { opportunityId });
    await kit.drain();
    expect(await figures('wonCount', 'wonValue', 'openValue', 'unconvertedCount')).toEqual(['1', '0.00', '70.1234', '1']);
    // Kept apart by currency they are what they are.
    const measures = ['opportunities.wonValue', 'opportunities.openValue'];
    expect(await rows({ measures, dimensions: ['opportunities.currency'] })).toEqual([
      { 'opportunities.currency': 'USD', 'opportunities.wonValue': '500.00', 'opportunities.openValue': '0.00' },
      { 'opportunities.currency': 'EUR', 'opportunities.wonValue': '0.00', 'opportunities.openValue': '70.1234' },
    ]);
    const dollars = { member: 'opportunities.currency', operator: 'equals', values: ['USD'] };
    const { results } = await t.run(loadAnalytics, { query: { measures, filters: [dollars] } });
    expect(results[0]).toMatchObject({
      data: [{ 'opportunities.wonValue': '500.00', 'opportunities.openValue': '0.00' }],
      annotation: { measures: { 'opportunities.wonValue': { currency: 'USD' } } },
    });
    // Beside others in an "or", dollars are not all there is.
    const either = { or: [dollars, { member: 'opportunities.status', operator: 'equals', values: ['open'] }] };
    expect(await rows({ measures, filters: [either] })).toEqual([
      { 'opportunities.wonValue': '0.00', 'opportunities.openValue': '70.1234' },
    ]);
  });
});

describe('many facts at once', () => {
  test('one call inside the transaction that wrote the deals makes the figures right, and a second changes nothing', async () => {
    const id = await sampleDeal(t);
    const refresh = (change: (deals: Repo<typeof Opportunity>) => Promise<unknown>) =>
      t.work(async (work) => {
        await change(work.repo(Opportunity));
        return refreshFacts(work, { all: true });
      }, system);
    expect(await refresh((deals) => deals.update(id, { amount: eur('7') }))).toEqual({ written: 1, removed: 0 });
    expect(await figures('count', 'openValue')).toEqual(['1', '7.00']);
    expect(await refresh(() => Promise.resolve())).toEqual({ written: 0, removed: 0 });
    expect(await t.work((work) => refreshFacts(work, { since: new Date('2026-03-05T09:00:00Z') }), system)).toEqual({
      written: 0,
      removed: 0,
    });
    expect(await refresh((deals) => deals.delete(id))).toEqual({ written: 0, removed: 1 });
    expect(await figures('count')).toEqual(['0']);
  });

  test('a refresh that began earlier cannot bring an older value back', async () => {
    const id = await sampleDeal(t, { amount: eur('100') });
    await kit.drain();
    const setAmount = (work: Work, amount: string) => work.repo(Opportunity).update(id, { amount: eur(amount) });
    await t.work((work) => setAmount(work, '200'), system);

    const gate = Promise.withResolvers<null>();
    const newer = t.work(async (work) => {
      await setAmount(work, '300');
      await refreshFacts(work, { all: true });
      await gate.promise;
    }, system);
    await sleep(100);
    // Not yet committed, 300 cannot be seen by this one: it must wait, or it would write 200 over it.
    const older = t.work((work) => refreshFacts(work, { all: true }), system);
    await sleep(100);
    gate.resolve(null);
    await Promise.all([newer, older]);

    expect(await figures('openValue')).toEqual(['300.00']);
  });

  test('what was damaged is found, repaired and kept as a record', async () => {
    const c = await company();
    await kit.asOwner(`update analytics.opportunity_facts set amount = 1, amount_own = 1 where id = $1`, [c.annWon], t.id);
    await kit.asOwner(`update analytics.opportunity_facts set region = 'Nowhere' where id = $1`, [c.bobWon], t.id);
    await kit.asOwner(`delete from analytics.opportunity_facts where id = $1`, [c.annLost], t.id);
    expect(await figures('count', 'wonValue')).toEqual(['3', '2001.20']);

    expect(await t.run(reconcileFacts, {})).toEqual({ outcome: 'repaired', written: 3, removed: 0 });
    expect(await figures('count', 'wonValue')).toEqual(['4', '3000.30']);
    expect(await t.run(reconcileFacts, {})).toEqual({ outcome: 'equal', written: 0, removed: 0 });

    const records = await t.work((work) => work.repo(FactRefresh).list({ outcome: 'repaired' }));
    expect(records.map(({ differences }) => differences)).toContainEqual([
      { status: 'lost', currency: 'EUR', sourceCount: 1, factCount: 0, sourceSum: '50.0000', factSum: '0' },
      { status: 'won', currency: 'EUR', sourceCount: 2, factCount: 2, sourceSum: '3000.3000', factSum: '2001.2000' },
    ]);
  });

  test('the daily job does the same', async () => {
    const c = await company();
    await kit.asOwner(`update analytics.opportunity_facts set region = 'Nowhere' where id = $1`, [c.bobWon], t.id);
    kit.clock.advance({ days: 1, minutes: 1 });
    await kit.drain();
    expect(await rows({ dimensions: ['opportunities.region'] })).toEqual([
      { 'opportunities.region': 'East' },
      { 'opportunities.region': 'West' },
    ]);
  });
});

describe('who sees what', () => {
  const deals = async (permissions: Permissions, actorOf: string, team: readonly string[] = []) => {
    const actor: Actor = { ...t.admin, userId: actorOf, ownUserIds: [actorOf], permissions, teamUserIds: [actorOf, ...team] };
    const [row] = await rows({ measures: ['opportunities.count', 'opportunities.wonValue'] }, actor);
    return Object.values(row ?? {});
  };

  test('figures count as far as both rights reach', async () => {
    const { east, west } = await company();
    expect(await deals({ 'analytics:load': 'all', 'opportunity:read': 'all' }, east)).toEqual(['4', '3000.30']);
    expect(await deals({ 'analytics:load': 'all', 'opportunity:read': 'own' }, east)).toEqual(['2', '1000.10']);
    expect(await deals({ 'analytics:load': 'own', 'opportunity:read': 'all' }, west)).toEqual(['2', '2000.20']);
    expect(await deals({ 'analytics:load': 'all', 'opportunity:read': 'team' }, east, [west])).toEqual(['4', '3000.30']);
    expect(await deals({ 'analytics:load': 'team', 'opportunity:read': 'own' }, east, [west])).toEqual(['2', '1000.10']);
    expect(await deals({ 'analytics:load': 'all' }, east)).toEqual(['0', '0.00']);
  });

  test("names of others' accounts do not show, nor does their number in totals", async () => {
    const { east } = await company();
    const actor: Actor = {
      ...t.admin,
      userId: east,
      ownUserIds: [east],
      teamUserIds: [east],
      permissions: { 'analytics:load': 'all', 'opportunity:read': 'own' },
    };
    const { results } = await t.run(loadAnalytics, { query: { dimensions: ['opportunities.account'], total: true } }, actor);
    expect(results[0]).toMatchObject({ data: [{ 'opportunities.account': 'Acme' }], total: 1 });
  });

  test('without the right to load the answer is no', async () => {
    const { actor } = await t.user({ permissions: { 'opportunity:read': 'all' } });
    await expect(rows({ measures: ['opportunities.count'] }, actor)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await t.run(describeAnalytics, {}, actor)).toEqual({ cubes: [] });
  });

  test('another company sees nothing of it', async () => {
    await company();
    const other = await kit.tenant();
    const { results } = await other.run(loadAnalytics, {
      query: { measures: ['opportunities.count'], dimensions: ['opportunities.account'], total: true },
    });
    expect(results[0]).toMatchObject({ data: [], total: 0 });
    // The wall stands in the database too, not only in the statement.
    const facts = await other.work(
      async (work) => (await work.exec('select count(*)::int as n from analytics.opportunity_facts', [])).rows,
    );
    expect(facts).toEqual([{ n: 0 }]);
  });
});

describe('queries on real rows', () => {
  test('every operator finds what it says', async () => {
    await company();
    for (const [filter, count] of filters) {
      const [row] = await rows({ measures: ['opportunities.count'], filters: [filter] });
      expect([filter, row?.['opportunities.count']]).toEqual([filter, count]);
    }
  });

  test('a condition on a measure keeps groups', async () => {
    await company();
    const query = {
      measures: ['opportunities.wonValue'],
      dimensions: ['opportunities.region'],
      filters: [{ member: 'opportunities.wonValue', operator: 'gt', values: ['1500'] }],
    };
    expect(await rows(query)).toEqual([{ 'opportunities.region': 'West', 'opportunities.wonValue': '2000.20' }]);
  });

  test('time falls into weeks from Monday, months, quarters and years', async () => {
    await company();
    const buckets = async (granularity: string) =>
      (
        await rows({
          measures: ['opportunities.count'],
          segments: ['opportunities.closed'],
          timeDimensions: [{ dimension: 'opportunities.closeDate', granularity }],
        })
      ).map((row) => [row[`opportunities.closeDate.${granularity}`]?.slice(0, 10), row['opportunities.count']]);
    expect(await buckets('day')).toEqual([
      ['2026-01-31', '1'],
      ['2026-02-10', '1'],
      ['2026-03-03', '1'],
    ]);
    expect(await buckets('week')).toEqual([
      ['2026-01-26', '1'],
      ['2026-02-09', '1'],
      ['2026-03-02', '1'],
    ]);
    expect(await buckets('month')).toEqual([
      ['2026-01-01', '1'],
      ['2026-02-01', '1'],
      ['2026-03-01', '1'],
    ]);
    expect(await buckets('quarter')).toEqual([['2026-01-01', '3']]);
    expect(await buckets('year')).toEqual([['2026-01-01', '3']]);
  });

  test('limit, offset, order and total page through groups', async () => {
    await company();
    const query = {
      measures: ['opportunities.count'],
      dimensions: ['opportunities.agent'],
      order: { 'opportunities.agent': 'desc' },
      limit: 1,
      offset: 1,
      total: true,
    };
    const { results } = await t.run(loadAnalytics, { query });
    expect(results[0]).toMatchObject({ data: [{ 'opportunities.agent': 'Ann', 'opportunities.count': '2' }], total: 2 });
  });

  test('what nothing can be divided by is null, what is not there is zero', async () => {
    expect(await figures('count', 'wonValue', 'winRate', 'avgCycleDays')).toEqual(['0', '0.00', null, null]);
  });
});

/** Filters with the number of the company's four deals they find. */
const filters: readonly [filter: object, count: string][] = [
  [{ member: 'opportunities.account', operator: 'equals', values: ['Acme'] }, '2'],
  [{ member: 'opportunities.account', operator: 'notEquals', values: ['Acme'] }, '2'],
  [{ member: 'opportunities.account', operator: 'equals', values: [null] }, '1'],
  [{ member: 'opportunities.account', operator: 'equals', values: [null, 'Zoom'] }, '2'],
  [{ member: 'opportunities.account', operator: 'notEquals', values: [null, 'Zoom'] }, '2'],
  [{ member: 'opportunities.account', operator: 'contains', values: ['CM'] }, '2'],
  [{ member: 'opportunities.account', operator: 'notContains', values: ['CM', 'oo'] }, '1'],
  [{ member: 'opportunities.account', operator: 'contains', values: ['%'] }, '0'],
  [{ member: 'opportunities.account', operator: 'startsWith', values: ['z', 'a'] }, '3'],
  [{ member: 'opportunities.account', operator: 'notStartsWith', values: ['z'] }, '3'],
  [{ member: 'opportunities.account', operator: 'endsWith', values: ['OM'] }, '1'],
  [{ member: 'opportunities.account', operator: 'notEndsWith', values: ['OM'] }, '3'],
  [{ member: 'opportunities.account', operator: 'set' }, '3'],
  [{ member: 'opportunities.account', operator: 'notSet' }, '1'],
  [{ member: 'opportunities.value', operator: 'gt', values: ['1000.10'] }, '1'],
  [{ member: 'opportunities.value', operator: 'gte', values: ['1000.10'] }, '2'],
  [{ member: 'opportunities.value', operator: 'lt', values: ['300'] }, '1'],
  [{ member: 'opportunities.value', operator: 'lte', values: [300] }, '2'],
  [{ member: 'opportunities.value', operator: 'equals', values: ['300.0', '50'] }, '2'],
  [{ member: 'opportunities.closeDate', operator: 'inDateRange', values: ['2026-01-31', '2026-02-10'] }, '2'],
  [{ member: 'opportunities.closeDate', operator: 'notInDateRange', values: ['2026-01-31', '2026-02-10'] }, '2'],
  [{ member: 'opportunities.closeDate', operator: 'inDateRange', values: ['this month'] }, '1'],
  [{ member: 'opportunities.closeDate', operator: 'beforeDate', values: ['2026-02-10'] }, '1'],
  [{ member: 'opportunities.closeDate', operator: 'beforeOrOnDate', values: ['2026-02-10'] }, '2'],
  [{ member: 'opportunities.closeDate', operator: 'afterDate', values: ['2026-02-10'] }, '1'],
  [{ member: 'opportunities.closeDate', operator: 'afterOrOnDate', values: ['2026-02-10'] }, '2'],
  [{ member: 'opportunities.closeDate', operator: 'equals', values: ['2026-02-10', '2026-01-31'] }, '2'],
  [{ member: 'opportunities.closeDate', operator: 'notEquals', values: ['2026-02-10'] }, '3'],
  [{ member: 'opportunities.wonValue', operator: 'measureFilter' }, '2'],
  [
    {
      or: [
        { member: 'opportunities.region', operator: 'equals', values: ['East'] },
        {
          and: [
            { member: 'opportunities.status', operator: 'equals', values: ['won'] },
            { member: 'opportunities.sector', operator: 'set' },
          ],
        },
      ],
    },
    '3',
  ],
  [{ member: 'opportunities.agent', operator: 'equals', values: [`Bob'; drop table analytics.opportunity_facts; --`] }, '0'],
];
