import { openApiKit, type ApiKit, type Client } from './api-kit.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  admin = (await api.company()).admin;
});
afterAll(() => api.close());

const made = async (client: Client, path: string, body: object) => {
  const answer = await client.post(path, body);
  if (answer.status >= 300) throw new Error(answer.text);
  return String(answer.body['id']);
};
const filtered = (path: string, filter: object) => `${path}?filter=${encodeURIComponent(JSON.stringify(filter))}`;
const rows = (body: Record<string, unknown>) => body['data'] as Record<string, unknown>[];

test('expand follows two references, within rows and within lists, and answers each name once', async () => {
  const accountId = await made(admin, '/v1/accounts', { name: 'Acme' });
  const contactId = await made(admin, '/v1/contacts', { lastName: 'Lovelace', accountId });
  const one = await admin.get(`/v1/contacts/${contactId}?expand=account.owner,account,account.can,owner`);
  expect(one.body).toMatchObject({
    accountId,
    account: { id: accountId, name: 'Acme', owner: { id: admin.userId, name: 'Ada Admin' }, can: ['update', 'delete'] },
    owner: { id: admin.userId },
  });
  expect(one.text.match(/"account":/g)).toHaveLength(1);
  const list = await admin.get('/v1/contacts?expand=account.owner');
  expect(rows(list.body)[0]).toMatchObject({ account: { owner: { id: admin.userId } } });
});

test('expand deeper than two, of nothing there is, or of what a hidden reference leads to, is refused', async () => {
  for (const [expand, code] of [
    ['account.owner.team', 'request.bad_parameter'],
    ['account.nothing', 'request.unknown_expand'],
    ['account.name', 'request.unknown_expand'],
    ['can.owner', 'request.unknown_expand'],
    ['.owner', 'request.unknown_expand'],
  ] as const)
    expect([expand, (await admin.get(`/v1/contacts?expand=${expand}`)).body['code']]).toEqual([expand, code]);
});

test('expand shows nothing of a row its reader may not see, however it is reached', async () => {
  const company = await api.company();
  const narrow = await company.user({ 'contact:read': 'all', 'account:read': 'own', 'user:read': 'all' });
  const accountId = await made(company.admin, '/v1/accounts', { name: 'Elsewhere' });
  const contactId = await made(company.admin, '/v1/contacts', { lastName: 'Hopper', accountId });
  const path = `/v1/contacts/${contactId}?expand=account.owner`;
  expect((await narrow.get(path)).body).toMatchObject({ accountId, account: null });
  const blind = await company.user({ 'contact:read': 'all' });
  expect((await blind.get(path)).status).toBe(403);
});

test('a reference whose name a row uses itself leads to …Record, in REST, GraphQL, filters and orders', async () => {
  const calendarId = await made(admin, '/v1/business-calendars', { name: 'Berlin', zone: 'Europe/Berlin' });
  const hours = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00' }));
  await admin.post(`/v1/business-calendars/${calendarId}/set-hours`, { hours });
  const levelId = await made(admin, '/v1/service-levels', { name: 'Standard', calendarId });
  const targets = ['p1', 'p2', 'p3', 'p4', 'p5'].flatMap((priority) => [
    { metric: 'first_response', priority, minutes: 60 },
    { metric: 'resolution', priority, minutes: 240 },
  ]);
  const published = await admin.post(`/v1/service-levels/${levelId}/publish`, { targets });
  const { versionId } = published.body;
  expect([published.status, published.text]).toEqual([200, expect.stringContaining(String(versionId))]);
  const list = await admin.get('/v1/service-level-targets?expand=versionRecord&limit=1&sort=versionRecord.number');
  expect(rows(list.body)[0]).toMatchObject({ version: 1, versionId, versionRecord: { id: versionId, version: expect.any(Number) } });
  expect((await admin.get('/v1/service-level-targets?expand=version')).body['code']).toBe('request.unknown_expand');
  const query = `query ($id: ID!) {
    serviceLevelTargets(first: 1, filter: { version: { eq: 1 }, versionRecord: { id: { eq: $id } } }, orderBy: [{ versionRecord: { number: ASC } }]) {
      nodes { version versionRecord { id } }
    }
  }`;
  for (const slow of [false, true])
    expect((await admin.graphql(query, { id: versionId }, { slow })).data).toEqual({
      serviceLevelTargets: { nodes: [{ version: 1, versionRecord: { id: versionId } }] },
    });
});

test('pages are linked back as well: prev leads through the same pages in the other direction', async () => {
  for (const name of ['A', 'B', 'C', 'D', 'E']) await made(admin, '/v1/teams', { name: `Team ${name}`, region: name });
  const page = async (url: string) => {
    const { body, headers } = await admin.get(url);
    const link = (rel: string) => new RegExp(`<([^>]+)>; rel="${rel}"`).exec(String(headers['link']))?.[1];
    return { names: rows(body).map(({ name }) => name), next: link('next'), prev: link('prev'), first: link('first') };
  };
  const start = '/v1/teams?limit=2&sort=name&fields=name';
  const first = await page(start);
  expect(first).toMatchObject({ names: ['Team A', 'Team B'], prev: undefined, first: start });
  const second = await page(String(first.next));
  const third = await page(String(second.next));
  expect([second.names, third.names, third.next]).toEqual([['Team C', 'Team D'], ['Team E'], undefined]);
  const back = await page(String(third.prev));
  expect([back.names, back.first]).toEqual([second.names, start]);
  const again = await page(String(back.prev));
  expect([again.names, again.prev]).toEqual([first.names, undefined]);
  expect((await page(String(again.next))).names).toEqual(second.names);
  expect((await admin.get(`${start}&before=x&after=y`)).body['code']).toBe('request.bad_parameter');
  expect((await admin.get(`${start}&before=x`)).body['code']).toBe('paging.cursor_invalid');
});

test('a refused filter is named by a JSON pointer, by both APIs', async () => {
  const wrong: readonly (readonly [filter: object, code: string, path: string])[] = [
    [{ and: [{ name: { eq: 5 } }] }, 'filter.bad_value', '/filter/and/0/name/eq'],
    [{ or: [{}, { name: { near: 'x' } }] }, 'filter.unknown_operator', '/filter/or/1/name/near'],
    [{ not: { shoe: { eq: 1 } } }, 'filter.unknown_field', '/filter/not/shoe'],
    [{ 'a/b~c': 1 }, 'filter.unknown_field', '/filter/a~1b~0c'],
    [{ owner: { name: { lt: null } } }, 'filter.null_value', '/filter/owner/name/lt'],
    [{ contacts: { few: {} } }, 'filter.unknown_field', '/filter/contacts/few'],
    [{ ownerId: { in: Array.from({ length: 501 }, () => admin.userId) } }, 'filter.too_many_values', '/filter/ownerId/in'],
    [{ address: { planet: { eq: 'x' } } }, 'filter.unknown_field', '/filter/address/planet'],
    [{ and: [{ website: { eq: 'x' } }] }, 'filter.not_indexed', '/filter/and/0/website/eq'],
    [{ contacts: { some: { jobTitle: { contains: 'x' } } } }, 'filter.not_indexed', '/filter/contacts/some/jobTitle/contains'],
  ];
  for (const [filter, code, path] of wrong) {
    const { body } = await admin.get(filtered('/v1/accounts', filter));
    expect([body['code'], (body['errors'] as { path: string }[] | undefined)?.[0]?.path]).toEqual([code, path]);
  }
  const graphql = await admin.graphql('query ($f: AccountFilter) { accounts(filter: $f) { totalCount } }', {
    f: { and: [{ website: { eq: 'x'.repeat(3000) } }] },
  });
  expect(graphql.errors?.[0]?.extensions).toMatchObject({ errors: [{ path: '/filter/and/0/website/eq' }] });
});
