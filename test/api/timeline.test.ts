import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';
import { DocPage } from './doc-page.js';

let api: ApiKit;
let company: Company;
let admin: Client;
const page = new DocPage('docs/timeline.md');
const made = page.words;

beforeAll(async () => {
  api = await openApiKit();
  company = await api.company();
  ({ admin } = company);
  made['me'] = admin.userId;
});
afterAll(async () => {
  await api.close();
  expect(api.defects).toEqual([]);
});

test('every request of the page on timelines works as it stands there, in its order', async () => {
  expect(page.blocks.length).toBeGreaterThan(8);
  expect(await page.refusedTo(admin, () => api.kit.drain())).toEqual([]);
});

test('GraphQL and REST tell the same, in the language of the request', async () => {
  const path = `/v1/records/${made['accounts'] ?? ''}/timeline`;
  const rest = await admin.get(`${path}?types=["contact_created"]`, { 'accept-language': 'de' });
  expect(rest.body).toMatchObject({
    entries: [
      {
        type: 'contact_created',
        text: 'Kontakt „Ng“ wurde angelegt',
        via: 'accountId',
        isPinned: true,
        isUnread: false,
        reactions: [{ reaction: 'celebrate', count: 1, isMine: true }],
        mentions: [admin.userId],
      },
    ],
    next: null,
  });
  const query = `query ($id: String!) { timeline(input: {recordId: $id, first: 1}) { entries { text source { resource } } next } }`;
  const graphql = await admin.graphql(query, { id: made['accounts'] });
  expect(graphql).toMatchObject({
    data: {
      timeline: { entries: [{ text: 'Contact “Ng” was created', source: { resource: 'contact' } }], next: expect.any(String) as string },
    },
  });
  const whole = (await admin.get(path)).body['entries'] as { id: string }[];
  const first = (await admin.get(`${path}?first=1`)).body;
  const second = (await admin.get(`${path}?first=1&after=${String(first['next'])}`)).body['entries'] as { id: string }[];
  expect(second).toEqual(whole.slice(1, 2));
  expect(await admin.get(`${path}?first=201`)).toMatchObject({ status: 400, body: { errors: [{ path: '/first' }] } });
});

test('a narrow role and another company see none of it', async () => {
  const path = `/v1/records/${made['accounts'] ?? ''}/timeline`;
  const narrow = await company.user({ 'account:read': 'all' });
  expect((await narrow.get(path)).body).toMatchObject({ entries: [{ type: 'account_created' }], next: null });
  expect(await narrow.post(`/v1/timeline-entries/${made['entry'] ?? ''}/react`, { reaction: 'like' })).toMatchObject({
    status: 404,
    body: { code: 'timeline_entry.not_found' },
  });
  expect(await narrow.post('/v1/timelines/rebuild', {})).toMatchObject({ status: 403 });
  const stranger = (await api.company()).admin;
  expect(await stranger.get(path)).toMatchObject({ status: 404, body: { code: 'account.not_found' } });
  expect(await stranger.post(`/v1/timeline-entries/${made['entry'] ?? ''}/pin`, {})).toMatchObject({ status: 404 });
  const users = await admin.get(`/v1/records/${admin.userId}/timeline`, { 'accept-language': 'de' });
  expect(users).toMatchObject({ status: 400, body: { code: 'timeline.none', detail: 'Datensätze dieser Art haben keinen Verlauf.' } });
});
