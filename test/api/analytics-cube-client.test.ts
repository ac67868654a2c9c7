import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import cube, { type CubeApi } from '@cubejs-client/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { provisionTenant, wireAuth, type Auth } from '#app/auth-wiring.js';
import { openApiDocument } from '#api/rest/openapi.js';
import { createApi } from '#app/create-api.js';
import { openKit, TestTenant, type Kit } from '#kernel/testing/kit.js';
import { samplePipeline } from '#modules/sales/testing/builders.js';
import { makeCompany, modules } from './analytics-company.js';

let kit: Kit;
let auth: Auth;
let app: NestFastifyApplication;
let url: string;
let token: string;
let api: CubeApi;
const defects: object[] = [];

beforeAll(async () => {
  kit = await openKit(modules);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { active: { kid: 'k1', privateKey }, publicKeys: new Map([['k1', publicKey]]) };
  auth = await wireAuth(kit.runtime, { tokens: { keys, issuer: 'https://kontor.test', audience: 'kontor' }, databaseUrl: kit.urls.app });
  app = await openApp();
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/v1/analytics`;

  const admin = { email: 'ada@example.test', name: 'Ada', password: 'correct horse battery' };
  const { tenantId } = await provisionTenant(kit.runtime, {
    slug: 'cube',
    name: 'Cube',
    currency: 'EUR',
    timeZone: 'UTC',
    locale: 'en',
    admin,
  });
  token = (await auth.flows.login({ email: admin.email, password: admin.password, tenant: null }, { ip: '127.0.0.1', userAgent: null }))
    .accessToken;
  const t = new TestTenant(kit, tenantId);
  await t.start();
  await samplePipeline(t);
  await makeCompany(kit, t);
  api = cube(token, { apiUrl: url });
});
afterAll(async () => {
  expect(defects).toEqual([]);
  await app.close();
  await auth.stop();
  await kit.close();
});

async function openApp(): Promise<NestFastifyApplication> {
  const { app: made } = await createApi({
    runtime: kit.runtime,
    auth,
    feed: { onEvent: () => () => undefined },
    cursorSecret: 'test',
    isProduction: false,
    trustProxy: false,
    log: { error: (details) => defects.push(details) },
  });
  await made.listen(0, '127.0.0.1');
  return made;
}

async function setYears(calendar: object): Promise<void> {
  const answer = await fetch(url.replace('analytics', 'fiscal-calendar/set'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(calendar),
  });
  expect(answer.status).toBe(200);
}

/** Deals closed by a fiscal span, under its first day; and what the spans are called. */
async function closedBy(granularity: string, fillMissingDates: boolean) {
  const set = await api.load({
    measures: ['opportunities.count'],
    timeDimensions: [{ dimension: 'opportunities.closeDate', granularity, dateRange: ['2026-01-01', '2026-04-30'] }],
  });
  const { labels } = Object(set.annotation().timeDimensions[`opportunities.closeDate.${granularity}`]) as { labels?: unknown };
  const counts = set.chartPivot({ fillMissingDates }).map((point) => [point.x.slice(0, 10), point['opportunities.count']]);
  return { counts, labels };
}

const quarters = { dimension: 'opportunities.closeDate', granularity: 'quarter' };

describe('@cubejs-client/core works unchanged', () => {
  test('it counts by fiscal spans of the company, and by those of its new years once it divides them otherwise', async () => {
    const day = (name: string) => `${name}T00:00:00.000`;
    await setYears({ kind: 'months', firstMonth: 2 });
    expect(await closedBy('fiscal_quarter', true)).toEqual({
      counts: [
        ['2025-11-01', 1],
        ['2026-02-01', 2],
      ],
      labels: { [day('2025-11-01')]: 'FY2026 Q4', [day('2026-02-01')]: 'FY2027 Q1' },
    });
    expect((await closedBy('fiscal_year', true)).labels).toEqual({ [day('2025-02-01')]: 'FY2026', [day('2026-02-01')]: 'FY2027' });
    const months = await closedBy('fiscal_period', true);
    expect(months.counts).toEqual([
      ['2026-01-01', 1],
      ['2026-02-01', 1],
      ['2026-03-01', 1],
      ['2026-04-01', 0],
    ]);
    expect(months.labels).toMatchObject({ [day('2026-03-01')]: 'FY2027 P02' });
    await setYears({ kind: 'weeks', pattern: '4-4-5', lastMonth: 9, lastWeekday: 6, ends: 'last' });
    expect(await closedBy('fiscal_period', false)).toEqual({
      counts: [
        ['2026-01-25', 2],
        ['2026-02-22', 1],
      ],
      labels: { [day('2026-01-25')]: 'FY2026 P05', [day('2026-02-22')]: 'FY2026 P06' },
    });
    expect((await closedBy('fiscal_quarter', false)).counts).toEqual([['2025-12-28', 3]]);
    const meta = await api.meta();
    const dimension = meta.cubes[0]?.dimensions.find(({ name }) => name === 'opportunities.closeDate');
    expect(dimension).toMatchObject({
      granularities: expect.arrayContaining([
        { name: 'fiscal_quarter', title: 'fiscal quarter', type: 'custom', interval: '13 weeks' },
      ]) as unknown,
    });
    await setYears({ kind: 'months', firstMonth: 1 });
  });

  test('it loads a table', async () => {
    const set = await api.load({ measures: ['opportunities.wonValue', 'opportunities.winRate'], dimensions: ['opportunities.region'] });
    expect(set.tablePivot()).toEqual([
      { 'opportunities.region': 'West', 'opportunities.wonValue': '2000.20', 'opportunities.winRate': '100.00' },
      { 'opportunities.region': 'East', 'opportunities.wonValue': '1000.10', 'opportunities.winRate': '50.00' },
    ]);
    expect(set.tableColumns().map(({ key, title, type }) => [key, title, type])).toEqual([
      ['opportunities.region', 'Opportunities Region', 'string'],
      ['opportunities.wonValue', 'Opportunities Won value', 'number'],
      ['opportunities.winRate', 'Opportunities Win rate (%)', 'number'],
    ]);
    expect(set.annotation().measures['opportunities.wonValue']).toMatchObject({ format: 'currency', currency: 'EUR' });
  });

  test('it casts numbers when asked to', async () => {
    const set = await api.load({ measures: ['opportunities.count', 'opportunities.wonValue'] }, { castNumerics: true });
    expect(set.rawData()).toEqual([{ 'opportunities.count': 4, 'opportunities.wonValue': 3000.3 }]);
  });

  test('it draws a time series and fills the gaps', async () => {
    const months = {
      dimension: 'opportunities.closeDate',
      granularity: 'month',
      dateRange: ['2025-12-01', '2026-03-31'] as [string, string],
    };
    const set = await api.load({ measures: ['opportunities.wonValue'], timeDimensions: [months] });
    expect(set.chartPivot().map(({ x, ...row }) => [x, row['opportunities.wonValue']])).toEqual([
      ['2025-12-01T00:00:00.000', 0],
      ['2026-01-01T00:00:00.000', 1000.1],
      ['2026-02-01T00:00:00.000', 0],
      ['2026-03-01T00:00:00.000', 2000.2],
    ]);
    expect(set.series()).toMatchObject([{ key: 'opportunities.wonValue', title: 'Opportunities Won value' }]);
  });

  test('it pivots dimensions onto columns', async () => {
    const set = await api.load({
      measures: ['opportunities.count'],
      dimensions: ['opportunities.region', 'opportunities.status'],
      filters: [{ member: 'opportunities.status', operator: 'equals', values: ['won', 'lost'] }],
    });
    expect(set.tablePivot({ x: ['opportunities.region'], y: ['opportunities.status', 'measures'] })).toEqual([
      { 'opportunities.region': 'East', 'lost,opportunities.count': '1', 'won,opportunities.count': '1' },
      { 'opportunities.region': 'West', 'lost,opportunities.count': 0, 'won,opportunities.count': '1' },
    ]);
  });

  test('its drill-down goes from a figure to the deals behind it', async () => {
    const set = await api.load({ measures: ['opportunities.wonValue'], dimensions: ['opportunities.region'], timeDimensions: [quarters] });
    const drill = set.drillDown({ xValues: ['2026-01-01T00:00:00.000'], yValues: ['East', 'opportunities.wonValue'] });
    if (!drill) throw new Error('The client made no drill-down query.');
    expect(drill.filters).toContainEqual({ member: 'opportunities.wonValue', operator: 'measureFilter' });
    const deals = await api.load(drill);
    expect(deals.rawData()).toEqual([
      expect.objectContaining({
        'opportunities.agent': 'Ann',
        'opportunities.account': 'Acme',
        'opportunities.stage': 'Won',
        'opportunities.value': '1000.1000',
      }),
    ]);
  });

  test('it compares date ranges', async () => {
    const compareDateRange: [string, string][] = [
      ['2026-01-01', '2026-01-31'],
      ['2026-02-01', '2026-02-28'],
    ];
    const set = await api.load({
      measures: ['opportunities.count'],
      timeDimensions: [{ dimension: 'opportunities.closeDate', compareDateRange }],
    });
    expect(set.decompose().map((part) => part.rawData())).toEqual([
      [{ 'opportunities.count': '1', compareDateRange: '2026-01-01T00:00:00.000 - 2026-01-31T23:59:59.999' }],
      [{ 'opportunities.count': '1', compareDateRange: '2026-02-01T00:00:00.000 - 2026-02-28T23:59:59.999' }],
    ]);
    expect(set.tablePivot().length).toBeGreaterThan(0);
  });

  test('it blends queries over one time axis', async () => {
    const set = await api.load([
      { measures: ['opportunities.wonCount'], timeDimensions: [quarters] },
      { measures: ['opportunities.lostCount'], timeDimensions: [quarters] },
    ]);
    expect(set.tablePivot()).toContainEqual(
      expect.objectContaining({ 'time.quarter': '2026-01-01T00:00:00.000', 'opportunities.wonCount': '2', 'opportunities.lostCount': '1' }),
    );
  });

  test('it reads compact and columnar answers, long queries by POST, and totals', async () => {
    const query = {
      measures: ['opportunities.count'],
      dimensions: ['opportunities.agent'],
      order: { 'opportunities.agent': 'asc' as const },
      limit: 1,
      total: true,
    };
    for (const format of ['default', 'compact', 'columnar'] as const) {
      const set = await api.load(query, undefined, undefined, format as 'default');
      expect([set.rawData(), set.totalRows()]).toEqual([[{ 'opportunities.agent': 'Ann', 'opportunities.count': '2' }], 2]);
    }
    const long = await api.load({
      ...query,
      filters: [
        { member: 'opportunities.agent', operator: 'equals', values: ['Ann', ...Array.from({ length: 300 }, (_, i) => `somebody ${i}`)] },
      ],
    });
    expect(long.rawData()).toHaveLength(1);
  });

  test('it reads the model', async () => {
    const meta = await api.meta();
    expect(meta.cubes.map((c) => c.name)).toEqual(['opportunities']);
    expect(meta.resolveMember('opportunities.wonValue', 'measures')).toMatchObject({
      type: 'number',
      aggType: 'sum',
      format: 'currency',
      currency: 'EUR',
    });
    expect(meta.resolveMember('opportunities.closeDate', 'dimensions')).toMatchObject({ type: 'time' });
    expect(meta.defaultTimeDimensionNameFor('opportunities.count')).toBe('opportunities.engageDate');
    for (const name of ['region', 'manager', 'agent', 'product', 'account', 'sector', 'stage']) {
      expect(meta.filterOperatorsForMember(`opportunities.${name}`, 'dimensions').map((o) => o.name)).toContain('contains');
    }
    expect(meta.cubes[0]?.hierarchies[0]?.levels).toEqual(['opportunities.region', 'opportunities.manager', 'opportunities.agent']);
  });

  test('every operator the model offers is one we read', async () => {
    const meta = await api.meta();
    const values: Readonly<Record<string, string>> = { string: 'x', number: '1', time: '2026-01-01' };
    for (const dimension of meta.cubes[0]?.dimensions ?? []) {
      for (const { name: operator } of meta.filterOperatorsForMember(dimension.name, 'dimensions')) {
        const needsValue = operator !== 'set' && operator !== 'notSet';
        const filter = { member: dimension.name, operator, ...(needsValue ? { values: [values[dimension.type] ?? ''] } : {}) };
        await expect(api.load({ measures: ['opportunities.count'], filters: [filter as never] })).resolves.toBeDefined();
      }
    }
  });

  test('it learns what is wrong with a query, in words', async () => {
    await expect(api.load({ measures: ['opportunities.wonvalue'] })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('Unknown measure "opportunities.wonvalue". Known: opportunities.count'),
      response: { code: 'analytics.member_unknown', status: 400, errors: [{ path: '/measures/0' }] },
    });
    await expect(cube('nonsense', { apiUrl: url }).load({ measures: ['opportunities.count'] })).rejects.toMatchObject({
      status: 401,
      response: { code: 'auth.token_invalid' },
    });
    expect(await (await fetch(`${url}/meta`)).json()).toMatchObject({ status: 401, code: 'auth.required', error: expect.any(String) });
  });
});

describe('without the client', () => {
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test('a single query is answered flat', async () => {
    const { status, body } = await get(`/load?query=${encodeURIComponent('{"measures":["opportunities.count"]}')}`);
    expect([status, body['data'], body['slowQuery'], Object.keys(body)]).toEqual([
      200,
      [{ 'opportunities.count': '4' }],
      false,
      expect.arrayContaining(['query', 'annotation', 'lastRefreshTime']),
    ]);
  });

  test.each([
    ['/load', 400],
    ['/load?query=%7B', 400],
    ['/load?query=%22%00%22', 400],
    [`/load?query=${encodeURIComponent('[{"measures":["opportunities.count"]},{"measures":["opportunities.count"]}]')}`, 400],
    ['/load?query=1&query=2', 400],
  ])('%s is refused, not broken', async (path, expected) => {
    const { status, body } = await get(path);
    expect([status, typeof body['error'], typeof body['code']]).toEqual([expected, 'string', 'string']);
  });

  test('the routes are documented', () => {
    const { paths } = openApiDocument(app, kit.runtime.registry, '0.0.0');
    expect(paths['/v1/analytics/load']).toMatchObject({
      get: { operationId: 'loadAnalyticsByUrl' },
      post: { operationId: 'loadAnalytics' },
    });
    expect(paths['/v1/analytics/meta']).toMatchObject({ get: { operationId: 'describeAnalytics' } });
    expect(paths['/v1/analytics/reconcile']).toMatchObject({ post: { operationId: 'reconcileAnalytics' } });
  });

  test('a deep or odd body is refused, not broken', async () => {
    const deep = `{"query":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`;
    for (const body of [
      deep,
      '{"query":{"__proto__":1}}',
      '{"query":{"measures":["opportunities.count"],"filters":[{"member":"opportunities.region","operator":"equals","values":["\\u0000"]}]}}',
      '[]',
      '"x"',
      'null',
    ]) {
      const response = await fetch(`${url}/load`, {
        method: 'POST',
        body,
        headers: { authorization: token, 'content-type': 'application/json' },
      });
      expect([body.slice(0, 40), response.status]).toEqual([body.slice(0, 40), 400]);
    }
  });
});

describe('the same by GraphQL', () => {
  const ask = async (query: string, variables: object) => {
    const response = await fetch(new URL('/graphql', url), {
      method: 'POST',
      body: JSON.stringify({ query, variables }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    return (await response.json()) as { data?: Record<string, unknown>; errors?: { extensions: object }[] };
  };
  const load =
    'query ($input: AnalyticsLoadInput!) { analyticsLoad(input: $input) { queryType results { data annotation total lastRefreshTime } } }';

  test('figures come with their annotation', async () => {
    const query = { measures: ['opportunities.wonValue'], dimensions: ['opportunities.agent'], total: true };
    const { data } = await ask(load, { input: { query } });
    expect(data?.['analyticsLoad']).toEqual({
      queryType: 'regularQuery',
      results: [
        {
          data: [
            { 'opportunities.agent': 'Bob', 'opportunities.wonValue': '2000.20' },
            { 'opportunities.agent': 'Ann', 'opportunities.wonValue': '1000.10' },
          ],
          annotation: expect.objectContaining({
            measures: { 'opportunities.wonValue': expect.objectContaining({ title: 'Opportunities Won value', additive: true }) },
          }),
          total: 2,
          lastRefreshTime: expect.stringMatching(/^\d{4}-/),
        },
      ],
    });
  });

  test('the model is there too, and refusals carry the same codes', async () => {
    const { data } = await ask('{ analyticsMeta { cubes } }', {});
    expect(data).toMatchObject({ analyticsMeta: { cubes: [{ name: 'opportunities' }] } });
    const { errors } = await ask(load, { input: { query: { measures: ['x'] } } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'analytics.member_unknown', errors: [{ path: '/measures/0' }] });
  });
});
