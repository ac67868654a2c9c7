import type { Permissions } from '#kernel/access/actor.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

// The questions tried here: access.can, access.explain, access.simulate.
let kit: ApiKit;
let company: Company;
let admin: Client;
beforeAll(async () => {
  kit = await openApiKit();
  company = await kit.company();
  admin = company.admin;
});
afterAll(async () => {
  expect(kit.defects).toEqual([]);
  await kit.close();
});

const seller: Permissions = { 'account:read': 'all', 'account:update': 'own', 'lead:*': 'own', 'user:read': 'all' };
const idOf = (body: Record<string, unknown>) => String(body['id'] ?? Object.entries(body).find(([name]) => name.endsWith('Id'))?.[1]);
const account = async (ownerId: string) => idOf((await admin.post('/v1/accounts', { name: 'Acme', ownerId })).body);
interface Right {
  right: string;
  allowed: boolean;
  reach: string | null;
  reasons: string[];
}
const rightIn = (body: Record<string, unknown>, right: string) => (body['rights'] as Right[]).find((one) => one.right === right);

test('rows say on request what may be done to them, the same by both APIs, in the statement that reads them', async () => {
  const who = await company.user({ ...seller, 'account:delete': 'own' });
  const [own, other] = [await account(who.userId), await account(admin.userId)];
  const { data } = await who.graphql('query ($ids: [ID!]!) { accounts(filter: { id: { in: $ids } }) { nodes { id can } } }', {
    ids: [own, other],
  });
  const nodes = (data?.['accounts'] as { nodes: { id: string; can: string[] }[] }).nodes;
  expect(Object.fromEntries(nodes.map(({ id, can }) => [id, can]))).toEqual({ [own]: ['update', 'delete'], [other]: [] });
  expect((await who.get(`/v1/accounts/${own}?expand=can`)).body).toMatchObject({ name: 'Acme', can: ['update', 'delete'] });
  expect((await who.get(`/v1/accounts/${other}?fields=name,can`)).body).toMatchObject({ name: 'Acme', can: [] });
  expect((await who.get(`/v1/accounts/${own}`)).body).not.toHaveProperty('can');
  const lead = idOf((await who.post('/v1/leads', { lastName: 'Ng' })).body);
  const slow = await who.graphql('query ($id: ID!) { lead(id: $id) { can } }', { id: lead }, { slow: true });
  const fast = await who.graphql('query ($id: ID!) { lead(id: $id) { can } }', { id: lead });
  expect(fast.data).toEqual(slow.data);
  expect((fast.data?.['lead'] as { can: string[] }).can).toEqual(
    expect.arrayContaining(['update', 'delete', 'start', 'qualify', 'convert']),
  );
});

test('can answers for a right, a record and a field, and tells nothing of what may not be read', async () => {
  const who = await company.user({ ...seller, 'account:read': 'own' }, { 'account.phone': 'hide', 'account.sector': 'read' });
  const [own, hidden] = [await account(who.userId), await account(admin.userId)];
  const can = async (query: string) => (await who.get(`/v1/access/can?${query}`)).body;
  expect(await can('action=account:update')).toEqual({ allowed: true, right: 'account:update', reach: 'own', field: null });
  expect(await can('action=account:delete')).toMatchObject({ allowed: false, reach: null });
  expect(await can(`action=update&recordId=${own}`)).toMatchObject({ allowed: true, right: 'account:update' });
  expect(await can(`action=update&recordId=${hidden}`)).toMatchObject({ allowed: false });
  expect(await can(`action=update&recordId=${hidden.replace(/.$/, (c) => (c === '0' ? '1' : '0'))}`)).toEqual(
    await can(`action=update&recordId=${hidden}`),
  );
  expect(await can(`action=read&recordId=${own}&field=phone`)).toMatchObject({ allowed: false, field: 'hide' });
  expect(await can(`action=read&recordId=${own}&field=sector`)).toMatchObject({ allowed: true, field: 'read' });
  expect(await can(`action=update&recordId=${own}&field=sector`)).toMatchObject({ allowed: false, field: 'read' });
  expect(await can('action=account:fly')).toMatchObject({ code: 'access.unknown_action' });
  expect(await can('action=account:read&field=wings')).toMatchObject({ code: 'access.unknown_action' });
  const { data } = await who.graphql('{ accessCan(input: { action: "lead:convert" }) { allowed reach } }');
  expect(data).toEqual({ accessCan: { allowed: true, reach: 'own' } });
});

test('explain names the chain of reasons, for users and keys, and only about records the asker reads himself', async () => {
  const who = await company.user({ ...seller, 'api_key:create': 'own' }, { 'account.phone': 'mask' });
  const [own, other] = [await account(who.userId), await account(admin.userId)];
  const explain = async (query: string, asker = admin) => (await asker.get(`/v1/access/explain?${query}`)).body;
  const mine = await explain(`userId=${who.userId}&recordId=${own}`);
  expect(rightIn(mine, 'account:update')).toMatchObject({ allowed: true, reach: 'own' });
  expect(rightIn(mine, 'account:update')?.reasons.join(' ')).toMatch(
    /The role u\d+, given to the user, gives account:update .*own.* The record belongs to the user/,
  );
  expect(mine['fields']).toEqual([{ field: 'account.phone', right: 'mask' }]);
  expect(rightIn(await explain(`userId=${who.userId}&recordId=${other}`), 'account:update')).toMatchObject({ allowed: false });

  expect((await admin.post(`/v1/records/${other}/shares`, { userId: who.userId, level: 'write' })).status).toBe(201);
  const shared = rightIn(await explain(`userId=${who.userId}&recordId=${other}`), 'account:update');
  expect([shared?.allowed, shared?.reasons.at(-1)]).toEqual([true, 'The record is shared with the user or his team.']);

  const roleId = idOf((await admin.post('/v1/roles', { key: 'frozen', name: 'Frozen', permissions: {}, denies: ['*:update'] })).body);
  expect((await admin.post(`/v1/roles/${roleId}/assign`, { userId: who.userId })).status).toBe(200);
  const denied = rightIn(await explain(`userId=${who.userId}&recordId=${own}`), 'account:update');
  expect([denied?.allowed, denied?.reasons.some((reason) => reason.includes('denies *:update'))]).toEqual([false, true]);

  const key = (await who.post('/v1/api-keys', { name: 'Reader', permissions: { 'account:read': 'own' } })).body;
  const ofKey = await explain(`apiKeyId=${String(key['apiKeyId'])}&recordId=${own}`);
  expect(rightIn(ofKey, 'account:read')).toMatchObject({ allowed: true, reach: 'own' });
  expect(rightIn(ofKey, 'account:read')?.reasons).toContain('The key itself narrows this to own.');

  const asker = await company.user({ 'access:explain': 'all', 'user:read': 'all', 'account:read': 'own' });
  expect(await explain(`userId=${who.userId}&recordId=${own}`, asker)).toMatchObject({ code: 'account.not_found' });
  expect(await explain(`userId=${who.userId}&recordId=${own}`, who)).toMatchObject({ code: 'access.forbidden' });
  expect(await explain(`recordId=${own}`)).toMatchObject({ code: 'access.one_principal' });
  expect((await admin.post(`/v1/users/${who.userId}/deactivate`, {})).status).toBe(200);
  expect(await explain(`userId=${who.userId}&recordId=${own}`)).toEqual({ active: false, rights: [], fields: [] });
});

test('a role is tried out alone, stored or drafted, in anybody’s hands', async () => {
  const who = await company.user({});
  const id = await account(who.userId);
  const simulate = async (body: object, asker = admin) => (await asker.post('/v1/access/simulate', { recordId: id, ...body })).body;
  const draft = { permissions: { 'account:*': 'own' }, denies: ['account:delete'], fieldRules: { 'account.phone': 'hide' } };
  const mine = await simulate({ userId: who.userId, ...draft });
  expect([rightIn(mine, 'account:update')?.allowed, rightIn(mine, 'account:delete')?.allowed]).toEqual([true, false]);
  expect(mine['fields']).toEqual([{ field: 'account.phone', right: 'hide' }]);
  expect(rightIn(await simulate(draft), 'account:update')?.allowed).toBe(false);
  const roleId = idOf((await admin.post('/v1/roles', { key: 'tried', name: 'Tried', permissions: { 'account:read': 'all' } })).body);
  expect(rightIn(await simulate({ roleId }), 'account:read')).toMatchObject({ allowed: true, reach: 'all' });
  expect(await simulate({})).toMatchObject({ code: 'access.role_or_draft' });
  expect(await simulate(draft, who)).toMatchObject({ code: 'access.forbidden' });
  expect((await who.get(`/v1/accounts/${id}`)).status).toBe(403);
});
