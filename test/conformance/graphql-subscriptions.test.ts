import { openApiKit, type ApiKit, type Client, type Company } from '../api/api-kit.js';
import { Listener, until } from './graphql-listener.js';

let api: ApiKit;
let url: string;
let company: Company;
const open: Listener[] = [];

beforeAll(async () => {
  api = await openApiKit();
  url = await api.listen();
});
beforeEach(async () => {
  company = await api.company();
});
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.socket.dispose();
});
afterAll(async () => {
  expect(api.defects).toEqual([]);
  await api.close();
});

/** Since a cursor taken before, so that nothing is missed however long it takes to connect. */
async function listen(client: Client, query: string, variables: Record<string, unknown> = {}): Promise<Listener> {
  const after = await cursorOf(client);
  const listener = new Listener(url, { token: client.token, query, variables: { after, ...variables } });
  open.push(listener);
  return listener;
}
const cursorOf = async (client: Client) => String((await client.graphql('{ changeCursor }')).data?.['changeCursor']);
const accounts =
  'subscription ($after: String) { accountChanged(after: $after) { verb id eventId cursor version changedFields account { name } } }';

const idOf = (body: Record<string, unknown>) => String(body['id']);
const create = async (client: Client, values: object) => idOf((await client.post('/v1/accounts', values)).body);
const tell = () => api.kit.drain();

test('every resource that can be read has a subscription with the same arguments', () => {
  const subscriptions = api.schema.getSubscriptionType()?.getFields() ?? {};
  const readable = [...api.kit.runtime.registry.resources.values()].filter(({ operations }) => operations.includes('get'));
  expect(readable.length).toBeGreaterThan(30);
  expect(readable.filter(({ single }) => !subscriptions[`${single}Changed`]).map(({ name }) => name)).toEqual([]);
  for (const field of Object.values(subscriptions)) expect(field.args.map(({ name }) => name)).toEqual(['id', 'verbs', 'filter', 'after']);
});

test('created, updated and deleted are told in their order, each with what became of the row', async () => {
  const { admin } = company;
  const listener = await listen(admin, accounts);
  const id = await create(admin, { name: 'Ada AG' });
  await admin.patch(`/v1/accounts/${id}`, { name: 'Ada SE' }, { 'if-match': '"1"' });
  await tell();
  await listener.hears(2);
  await admin.delete(`/v1/accounts/${id}`, { 'if-match': '"2"' });
  await tell();
  await listener.hears(3);
  expect(listener.told).toMatchObject([
    { verb: 'created', id, version: 1 },
    { verb: 'updated', id, version: 2, changedFields: ['name'] },
    { verb: 'deleted', id, version: null, changedFields: [], account: null },
  ]);
});

test('verbs and a filter choose what is told, also of rows that are gone', async () => {
  const { admin } = company;
  const listener = await listen(
    admin,
    `subscription ($after: String) {
      accountChanged(after: $after, verbs: [created, deleted], filter: { name: { startsWith: "Told" } }) { verb id account { name } }
    }`,
  );
  const [told, silent] = [await create(admin, { name: 'Told GmbH' }), await create(admin, { name: 'Silent GmbH' })];
  await tell();
  await listener.hears(1);
  await admin.patch(`/v1/accounts/${told}`, { name: 'Told SE' }, { 'if-match': '"1"' });
  await admin.delete(`/v1/accounts/${silent}`, { 'if-match': '"1"' });
  await admin.delete(`/v1/accounts/${told}`, { 'if-match': '"2"' });
  await tell();
  await listener.hears(2);
  const last = await create(admin, { name: 'Told at last' });
  await tell();
  await listener.hears(3);
  expect(listener.told.map(({ verb, id }) => [verb, id])).toEqual([
    ['created', told],
    ['deleted', told],
    ['created', last],
  ]);
});

test('A11: who may not read a row hears nothing of it, whether it comes, changes or goes', async () => {
  const { admin } = company;
  const stranger = (await api.company()).admin;
  const own = await company.user({ 'account:read': 'own', 'account:create': 'own' });
  const [theirs, mine] = [await listen(stranger, accounts), await listen(own, accounts)];
  const id = await create(admin, { name: 'Not yours', ownerId: admin.userId });
  await admin.patch(`/v1/accounts/${id}`, { name: 'Still not yours' }, { 'if-match': '"1"' });
  await admin.delete(`/v1/accounts/${id}`, { 'if-match': '"2"' });
  // What they are told of shows that all before it has passed them by.
  const [foreign, yours] = [await create(stranger, { name: 'Theirs' }), await create(own, { name: 'Yours' })];
  await tell();
  await Promise.all([theirs.hears(1), mine.hears(1)]);
  expect(theirs.told.map(({ id: told }) => told)).toEqual([foreign]);
  expect(mine.told.map(({ id: told }) => told)).toEqual([yours]);
  expect(JSON.stringify([theirs.errors, mine.errors])).toBe('[[],[]]');
});

test('a row that goes is told to him whose it was, with nothing but its id', async () => {
  const { admin } = company;
  const own = await company.user({ 'account:read': 'own', 'account:create': 'own' });
  const listener = await listen(own, accounts);
  const id = await create(own, { name: 'Mine' });
  await tell();
  await listener.hears(1);
  await admin.delete(`/v1/accounts/${id}`, { 'if-match': '"1"' });
  await tell();
  await listener.hears(2);
  expect(listener.told[1]).toMatchObject({ verb: 'deleted', id, version: null, changedFields: [], account: null });
});

test('A11: a deactivated user is silenced and his connection closed, without anything happening on it', async () => {
  const { admin } = company;
  const leaver = await company.user({ 'account:read': 'all' });
  const listener = await listen(leaver, accounts);
  await create(admin, { name: 'Heard' });
  await tell();
  await listener.hears(1);
  expect((await admin.post(`/v1/users/${leaver.userId}/deactivate`)).status).toBeLessThan(300);
  await create(admin, { name: 'Not heard' });
  await tell();
  await until(() => listener.closes.length > 0);
  expect(listener.closes[0]?.code).toBe(4403);
  expect(listener.told).toHaveLength(1);
});

test('A11: a right that is taken away ends the subscription that stood on it, without an event', async () => {
  const { admin } = company;
  const reader = await company.user({ 'account:read': 'all', 'contact:read': 'all' });
  const listener = await listen(reader, accounts);
  await create(admin, { name: 'Heard' });
  await tell();
  await listener.hears(1);
  const roles = (await admin.get(`/v1/role-assignments?filter=${encodeURIComponent(JSON.stringify({ userId: { eq: reader.userId } }))}`))
    .body['data'];
  const [{ roleId }] = roles as [{ roleId: string }];
  const role = await admin.get(`/v1/roles/${roleId}`);
  const taken = await admin.patch(
    `/v1/roles/${roleId}`,
    { permissions: { 'contact:read': 'all' } },
    { 'if-match': String(role.headers['etag']) },
  );
  expect([taken.status, taken.text]).toEqual([200, expect.anything()]);
  await until(() => listener.errors.length > 0);
  expect(listener.errors[0]?.extensions?.['code']).toBe('access.forbidden');
  expect(listener.told).toHaveLength(1);
});

test('without the right to read a resource its subscription is refused', async () => {
  const nobody = await company.user({ 'account:read': 'all' });
  const listener = await listen(nobody, 'subscription { caseChanged { verb } }');
  await until(() => listener.errors.length > 0);
  expect(listener.errors[0]?.extensions?.['code']).toBe('access.forbidden');
});

test('who comes back with his last cursor has missed nothing', async () => {
  const { admin } = company;
  const first = await listen(admin, accounts);
  const id = await create(admin, { name: 'Before' });
  await tell();
  await first.hears(1);
  const after = String(first.told[0]?.['cursor']);
  await first.socket.dispose();
  await admin.patch(`/v1/accounts/${id}`, { name: 'Meanwhile' }, { 'if-match': '"1"' });
  await create(admin, { name: 'Also meanwhile' });
  await tell();
  const second = await listen(admin, accounts, { after });
  await create(admin, { name: 'Afterwards' });
  await tell();
  const names = () => second.told.map(({ account }) => (account as { name: string } | null)?.name);
  await until(() => names().includes('Afterwards'));
  // At least once, in order: what was told before the cursor may come again, under the event id it had.
  expect(names().filter((name) => name !== 'Before')).toEqual(expect.arrayContaining(['Meanwhile', 'Also meanwhile', 'Afterwards']));
  expect(new Set(second.told.map(({ eventId }) => eventId)).size).toBe(second.told.length);
});

test.each([
  ['made up', 'aGFsbG8.x'],
  ['of no shape', '…'],
])('a cursor that is %s is refused', async (_what, after) => {
  const listener = await listen(company.admin, accounts, { after });
  await until(() => listener.errors.length > 0);
  expect(listener.errors[0]?.extensions?.['code']).toBe('paging.cursor_invalid');
});

test('a cursor of another company is refused', async () => {
  const after = await cursorOf((await api.company()).admin);
  const listener = await listen(company.admin, accounts, { after });
  await until(() => listener.errors.length > 0);
  expect(listener.errors[0]?.extensions?.['code']).toBe('paging.cursor_invalid');
});

test('who stops listening is forgotten at once, though nothing happens', async () => {
  const listener = await listen(company.admin, accounts);
  await create(company.admin, { name: 'Heard' });
  await tell();
  await listener.hears(1);
  await listener.socket.dispose();
  const server = api.app.getHttpServer();
  await until(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count === 0))));
  expect(listener.told).toHaveLength(1);
});
