import { openApiKit, type ApiKit, type Client } from '../api/api-kit.js';

let api: ApiKit;
let admin: Client;
beforeAll(async () => {
  api = await openApiKit();
  admin = (await api.company()).admin;
});
afterAll(() => api.close());

const lead = async () => {
  const { body } = await admin.post('/v1/leads', { lastName: 'Ng', company: 'Acme' });
  return String(body['id']);
};
const status = async (id: string) => (await admin.get(`/v1/leads/${id}`)).body['status'];

test('a verb of a row honours If-Match: 412 when the row has moved on, whoever moved it, and nothing is done', async () => {
  const id = await lead();
  await admin.patch(`/v1/leads/${id}`, { company: 'Apex' });
  for (const tag of ['"1"', 'W/"2"', '"x"']) {
    const refused = await admin.post(`/v1/leads/${id}/start`, {}, { 'if-match': tag });
    expect([tag, refused.status, refused.body['code'], refused.body['currentVersion']]).toEqual([tag, 412, 'lead.version_conflict', 2]);
  }
  expect((await admin.post(`/v1/leads/${id}/start`, {}, { 'if-match': 'nonsense' })).body['code']).toBe('request.bad_header');
  expect(await status(id)).toBe('new');
  expect((await admin.post(`/v1/leads/${id}/start`, {}, { 'if-match': '"2"' })).status).toBe(200);
  expect(await status(id)).toBe('working');
  expect((await admin.post(`/v1/leads/${id}/qualify`, {}, { 'if-match': '*' })).status).toBe(200);
});

test('of two clicks with the same version one is refused', async () => {
  const id = await lead();
  const clicks = await Promise.all([1, 2].map(() => admin.post(`/v1/leads/${id}/start`, {}, { 'if-match': '"1"' })));
  expect(clicks.map((answer) => answer.status).sort()).toEqual([200, 412]);
});

test('the same call again under its idempotency key answers what it did, though the row has moved on by it', async () => {
  const id = await lead();
  const headers = { 'if-match': '"1"', 'idempotency-key': `start-${id}` };
  const [first, again] = [await admin.post(`/v1/leads/${id}/start`, {}, headers), await admin.post(`/v1/leads/${id}/start`, {}, headers)];
  expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
});

test('a version tells nothing of a row one may not see', async () => {
  const stranger = (await api.company()).admin;
  const id = await lead();
  const answer = await stranger.post(`/v1/leads/${id}/start`, {}, { 'if-match': '"7"' });
  expect([answer.status, answer.body['code']]).toEqual([404, 'lead.not_found']);
});

test('in GraphQL by expectedVersion', async () => {
  const id = await lead();
  const start = 'mutation ($id: ID!, $v: Int) { startLead(input: { leadId: $id }, expectedVersion: $v) { __typename } }';
  expect((await admin.graphql(start, { id, v: 9 })).errors?.[0]?.extensions.code).toBe('lead.version_conflict');
  expect(await status(id)).toBe('new');
  expect((await admin.graphql(start, { id, v: 1 })).errors).toBeUndefined();
  expect(await status(id)).toBe('working');
});
