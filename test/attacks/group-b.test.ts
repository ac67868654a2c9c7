import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { openApiKit, type Answer, type ApiKit, type Client } from '../api/api-kit.js';
import { make } from './victim.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  ({ admin } = await api.company());
});
afterAll(async () => {
  // Whatever was sent, nothing may have surprised the server.
  expect(api.defects).toEqual([]);
  await api.close();
});

const hostile = [
  `'||pg_sleep(3)--`,
  `name; drop table customers.accounts`,
  `") FILTER (WHERE true`,
  '$1',
  `\\'; select 1`,
  `de'); select pg_sleep(3);--`,
  'ASC NULLS FIRST, (select 1)',
  '*/ 1 /*',
];
const listing = (parameters: Record<string, string>) => admin.get(`/v1/accounts?${new URLSearchParams(parameters).toString()}`);
const filter = (value: unknown) => listing({ filter: JSON.stringify(value) });

describe('B01 words that look like an enum', () => {
  test.each(hostile)('%s is refused wherever it stands', async (word) => {
    const answers: Answer[] = [
      await listing({ orderBy: word }),
      await listing({ orderBy: `-${word}` }),
      await listing({ fields: word }),
      await listing({ expand: word }),
      await filter({ [word]: { eq: 'x' } }),
      await filter({ name: { [word]: 'x' } }),
      await admin.post('/v1/analytics/load', { query: { measures: [word] } }),
      await admin.post('/v1/analytics/load', { query: { measures: ['opportunities.count'], timezone: word } }),
      await admin.post('/v1/analytics/load', {
        query: { measures: ['opportunities.count'], timeDimensions: [{ dimension: 'opportunities.closedAt', granularity: word }] },
      }),
      await admin.post('/v1/analytics/load', {
        query: { measures: ['opportunities.count'], filters: [{ member: 'opportunities.status', operator: word, values: ['x'] }] },
      }),
      await admin.post('/v1/analytics/load', { query: { measures: ['opportunities.count'], order: { 'opportunities.count': word } } }),
      await admin.post('/v1/business-calendars', { name: word.slice(0, 20), timeZone: word }),
    ];
    expect(answers.filter(({ status }) => status !== 400).map(({ text }) => text)).toEqual([]);
  });

  test.each(hostile)('%s as a language changes nothing', async (word) => {
    const answer = await admin.get('/v1/accounts', { 'accept-language': word.replaceAll(/[^\x20-\x7e]/g, '') });
    expect(answer.status).toBe(200);
  });
});

test('B03 B13 the application cannot make or change a table, and TypeORM is not one that runs code out of the database', async () => {
  const t = await api.kit.tenant();
  for (const ddl of [
    'create table customers.x (a int)',
    'alter table customers.accounts add column x int',
    `comment on table customers.accounts is 'x'`,
    'create function kernel.x() returns int language sql as $$ select 1 $$',
    'create schema x',
    'drop table customers.accounts',
    `copy customers.accounts to program 'id'`,
  ])
    await expect(t.work((work) => work.exec(ddl, []))).rejects.toThrow(/permission denied|must be owner/);
  const { version } = JSON.parse(readFileSync('node_modules/typeorm/package.json', 'utf8')) as { version: string };
  expect(version.localeCompare('1.1.1', 'en', { numeric: true })).toBeGreaterThanOrEqual(0);
});

test('B04 a list of values is data, whatever stands in it', async () => {
  for (const value of hostile) {
    expect((await filter({ sector: { in: [value, 'retail'] } })).status).toBe(200);
    expect((await filter({ id: { in: [value] } })).status).toBe(400);
  }
});

const oddities: readonly unknown[] = [{ $gt: '' }, { eq: 'x' }, [], ['x'], [[]], 1, -0, true, {}, { toString: 'x' }, { length: 3 }];
test.each(oddities.map((value) => [JSON.stringify(value), value] as const))(
  'B05 %s where a text or an id is expected is refused',
  async (_text, value) => {
    const id = await make(admin, '/v1/accounts', { name: 'Scalar' });
    const answers = [
      await admin.post('/v1/accounts', { name: value }),
      await admin.post('/v1/accounts', { name: 'x', ownerId: value }),
      await admin.patch(`/v1/accounts/${id}`, { name: value }),
      await admin.post('/v1/roles/' + id + '/assign', { userId: value }),
      await admin.post('/v1/auth/login', { email: value, password: value }),
      await admin.post('/v1/auth/refresh', { refreshToken: value }),
      await filter({ name: { eq: value } }),
      await filter({ ownerId: { eq: value } }),
    ];
    expect(answers.map(({ status }) => status).filter((status) => status !== 400)).toEqual([]);
  },
);

describe('B06 patterns', () => {
  test('wildcards are letters like others', async () => {
    await make(admin, '/v1/accounts', { name: '100% Wolle_AG' });
    await make(admin, '/v1/accounts', { name: 'Percentless' });
    const names = async (contains: string) =>
      ((await filter({ name: { contains } })).body['data'] as { name: string }[]).map(({ name }) => name);
    expect(await names('%')).toEqual(['100% Wolle_AG']);
    expect(await names('e_A')).toEqual(['100% Wolle_AG']);
    expect(await names('\\')).toEqual([]);
    expect(await names('%%%%%%%%%%%%%%%%%%%%x')).toEqual([]);
  });

  test('a list of 501 values and a text of 2,001 characters are refused', async () => {
    const ids = Array.from({ length: 501 }, (_, i) => `s${i}`);
    expect((await filter({ sector: { in: ids } })).body['code']).toBe('filter.too_many_values');
    expect(
      (
        await admin.graphql('query ($f: AccountFilter) { accounts(filter: $f) { totalCount } }', {
          f: { name: { contains: 'x'.repeat(2001) } },
        })
      ).errors?.[0]?.extensions.code,
    ).toBe('filter.bad_value');
  });

  test('a pattern of other languages is only text', async () => {
    expect((await filter({ name: { contains: '(a+)+$'.repeat(20) } })).status).toBe(200);
    expect((await filter({ name: { regex: '(a+)+$' } })).status).toBe(400);
  });
});

const raw = (body: string | Buffer, path = '/v1/accounts') =>
  api.app.inject({
    method: 'POST',
    url: path,
    payload: body,
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
  });

describe('B07 values at the edge', () => {
  test.each([
    ['a NUL', '{"name":"a\\u0000b"}'],
    ['half a surrogate pair', '{"name":"a\\ud800b"}'],
    ['1e400', '{"name":"x","employees":1e400}'],
    ['a number beyond 32 bits', '{"name":"x","employees":9007199254740993}'],
    ['a fraction of a person', '{"name":"x","employees":1.5}'],
    ['an amount beyond all bounds', '{"name":"x","annualRevenue":{"amount":"1e400","currency":"EUR"}}'],
    ['an amount of more digits than a float holds', '{"name":"x","annualRevenue":{"amount":123456789012.3456,"currency":"EUR"}}'],
    ['no JSON', '{"name":'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['10,000 levels', `${'{"name":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('%s is refused as a problem document', async (_what, body) => {
    const answer = await raw(body);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, expect.stringContaining('application/problem+json')]);
  });

  test('10 MB are refused before they are read', async () => {
    expect((await raw(`{"name":"${'x'.repeat(10_000_000)}"}`)).statusCode).toBe(413);
  });

  test('minus zero is zero', async () => {
    const answer = await raw('{"name":"Zero","employees":-0}');
    expect(answer.statusCode).toBe(201);
    expect(JSON.parse(answer.body)).toMatchObject({ employees: 0 });
  });

  test('whatever JSON is sent, the answer is a row or a problem', async () => {
    const fields = [
      'name',
      'number',
      'sector',
      'website',
      'phone',
      'email',
      'employees',
      'annualRevenue',
      'address',
      'parentId',
      'ownerId',
    ];
    const body = fc.dictionary(
      fc.constantFrom(...fields),
      fc.oneof(fc.jsonValue({ noUnicodeString: false }), fc.string({ unit: 'binary' })),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const answer = await raw(JSON.stringify(value));
        expect([200, 201, 400, 409, 413]).toContain(answer.statusCode);
      }),
      { numRuns: Number(process.env['KONTOR_PROPERTY_RUNS'] ?? 150), seed: 7 },
    );
  });
});

test('B08 no body reaches the prototype of all objects', async () => {
  for (const body of [
    '{"__proto__":{"polluted":"yes"},"name":"x"}',
    '{"constructor":{"prototype":{"polluted":"yes"}},"name":"x"}',
    '{"name":"x","address":{"__proto__":{"polluted":"yes"}}}',
  ]) {
    expect((await raw(body)).statusCode).toBe(400);
    expect(
      (
        await raw(
          `{"query":"mutation ($i: CreateAccountInput!) { createAccount(input: $i) { id } }","variables":{"i":${body}}}`,
          '/graphql',
        )
      ).body,
    ).toContain('errors');
  }
  await raw('{"id":"e1","type":"page.viewed","properties":{"__proto__":{"polluted":"yes"}}}', '/v1/events');
  await admin.get('/v1/accounts?__proto__[polluted]=yes&constructor.prototype.polluted=yes');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('B09 no field that belongs to the system can be written by a client', async () => {
  const tried: string[] = [];
  for (const resource of api.kit.runtime.registry.resources.values()) {
    if (!resource.operations.includes('create')) continue;
    const system = Object.entries(resource.fields).filter(([, { options }]) => options.writer === 'system' || options.hidden);
    for (const [name] of [...system, ['role'], ['isAdmin'], ['verified']]) {
      const answer = await admin.post(`/v1/${resource.path}`, { [name]: 'x' });
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`/${name}`)]);
      tried.push(`${resource.name}.${name}`);
    }
  }
  expect(tried.length).toBeGreaterThan(25);
});

test('B14 nothing here speaks LDAP', () => {
  const lock = readFileSync('package-lock.json', 'utf8');
  expect(lock).not.toMatch(/"node_modules\/(?:ldapjs|ldapts|passport-ldapauth|activedirectory2?)"/);
});
