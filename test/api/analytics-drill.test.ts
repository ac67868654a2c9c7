import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { reconcileFacts } from '#modules/analytics/fact/reconcile-facts.js';
import { loadAnalytics } from '#modules/analytics/queries/load-analytics.js';
import { imports } from '#modules/imports/imports.module.js';
import { startImport } from '#modules/imports/import/start-import.js';
import { runImport } from '#modules/imports/run/run-import.js';
import { crmFiles } from '../db/import/crm-files.js';
import { hasRealData } from '../real-data.js';
import { modules, system } from './analytics-company.js';

const suite = hasRealData ? describe : describe.skip;

suite(hasRealData ? "a company's 8,800 real deals" : "a company's 8,800 real deals (skipped: ../shared/data is not there)", () => {
  let kit: Kit;
  let t: TestTenant;

  beforeAll(async () => {
    kit = await openKit([...modules, imports]);
    t = await kit.tenant({ currency: 'USD' });
    await importAll();
  });
  afterAll(() => kit.close());

  async function importAll(): Promise<void> {
    const { id } = await t.work((work) => startImport(work, { mapping: 'crm-opportunities', files: crmFiles() }));
    const run = await runImport(id, (fn) => t.work(fn, system));
    expect(run.state).toBe('finished');
    await kit.drain();
  }

  async function rows(query: object): Promise<Record<string, string | null>[]> {
    const { results } = await t.run(loadAnalytics, { query });
    return results[0]?.data as Record<string, string | null>[];
  }
  const filters = (...pairs: [string, string][]) =>
    pairs.map(([name, value]) => ({ member: `opportunities.${name}`, operator: 'equals', values: [value] }));
  /** Won value by the members of one dimension, most first. */
  const wonBy = async (dimension: string, ...within: [string, string][]) =>
    (await rows({ measures: ['opportunities.wonValue'], dimensions: [`opportunities.${dimension}`], filters: filters(...within) })).map(
      (row) => [row[`opportunities.${dimension}`], row['opportunities.wonValue']],
    );
  const figures = async (names: readonly string[], ...within: [string, string][]) => {
    const [row] = await rows({ measures: names.map((name) => `opportunities.${name}`), filters: filters(...within) });
    return names.map((name) => row?.[`opportunities.${name}`]);
  };

  test('drill from the total down to one salesperson', async () => {
    expect(await figures(['wonValue'])).toEqual(['10005534.00']);
    expect(await wonBy('region')).toEqual([
      ['West', '3568647.00'],
      ['Central', '3346293.00'],
      ['East', '3090594.00'],
    ]);
    expect((await wonBy('manager', ['region', 'Central']))[0]).toEqual(['Melvin Marxen', '2251930.00']);
    expect((await wonBy('agent', ['region', 'Central'], ['manager', 'Melvin Marxen']))[0]).toEqual(['Darcel Schlecht', '1153214.00']);
  });

  test('each level adds up to the one above', async () => {
    const sum = (pairs: (string | null | undefined)[][]) => pairs.reduce((total, [, value]) => total + Number(value), 0);
    expect(sum(await wonBy('agent'))).toBe(10_005_534);
    expect(sum(await wonBy('account'))).toBe(10_005_534);
    expect(sum(await wonBy('manager', ['region', 'Central']))).toBe(3_346_293);
    expect(sum(await wonBy('agent', ['manager', 'Melvin Marxen']))).toBe(2_251_930);
    expect(sum(await wonBy('product', ['agent', 'Darcel Schlecht']))).toBe(1_153_214);
  });

  test('counts, win rate and days to close are the published ones', async () => {
    expect(await figures(['count', 'wonCount', 'lostCount', 'openCount', 'winRate', 'unconvertedCount'])).toEqual([
      '8800',
      '4238',
      '2473',
      '2089',
      '63.15',
      '0',
    ]);
    expect(await figures(['avgWonCycleDays', 'avgLostCycleDays'])).toEqual(['51.78', '41.48']);
    expect(await figures(['avgCycleDays'], ['status', 'won'])).toEqual(['51.78']);
    expect(await figures(['avgCycleDays'], ['stage', 'Lost'])).toEqual(['41.48']);
  });

  test('the quarters of 2017', async () => {
    const axis = { dimension: 'opportunities.closeDate', granularity: 'quarter', dateRange: ['2017-01-01', '2017-12-31'] };
    const found = await rows({ measures: ['opportunities.wonValue', 'opportunities.wonCount'], timeDimensions: [axis] });
    expect(
      found.map((row) => [
        row['opportunities.closeDate.quarter']?.slice(0, 10),
        row['opportunities.wonValue'],
        row['opportunities.wonCount'],
      ]),
    ).toEqual([
      ['2017-01-01', '1134672.00', '531'],
      ['2017-04-01', '3086111.00', '1254'],
      ['2017-07-01', '2982255.00', '1257'],
      ['2017-10-01', '2802496.00', '1196'],
    ]);
  });

  test('what was dirty in the files is clean in the figures, and what is missing shows as missing', async () => {
    expect(await figures(['count'], ['product', 'GTX Pro'])).toEqual(['1480']);
    expect(await rows({ measures: ['opportunities.count'], filters: [{ member: 'opportunities.account', operator: 'notSet' }] })).toEqual([
      { 'opportunities.count': '1425' },
    ]);
    expect(await figures(['count'], ['sector', 'technolgy'])).toEqual(['0']);
  });

  test('facts and deals agree to the cent', async () => {
    expect(await t.run(reconcileFacts, {})).toEqual({ outcome: 'equal', written: 0, removed: 0 });
  });

  test('a drill is answered in well under a second', async () => {
    const started = performance.now();
    for (let i = 0; i < 10; i++) await wonBy('agent', ['region', 'Central']);
    expect((performance.now() - started) / 10).toBeLessThan(300);
  });
});
