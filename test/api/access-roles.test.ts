import { systemActor, type Permissions } from '#kernel/access/actor.js';
import { sessionStanding } from '#modules/identity/session/standing.js';
import { openApiKit, type ApiKit, type Client, type Company } from './api-kit.js';

// The verbs tried here: role.assign, role.update, user.move, api_key.create, separation_rule.define.
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

let made = 0;
const idOf = (body: Record<string, unknown>) => String(body['id'] ?? Object.entries(body).find(([name]) => name.endsWith('Id'))?.[1]);
const role = async (body: { permissions: Permissions; denies?: string[]; fieldRules?: object }) => {
  const answer = await admin.post('/v1/roles', { key: `r${++made}`, name: `Role ${made}`, ...body });
  if (answer.status !== 201) throw new Error(answer.text);
  return idOf(answer.body);
};
const assign = (who: Client, roleId: string, body: object) => who.post(`/v1/roles/${roleId}/assign`, body);

describe('rights kept apart', () => {
  test('nobody gets two of them: not by a second role, a changed role, a team, a move, or as a new user', async () => {
    const rule = await admin.post('/v1/separation-rules', { name: 'Four eyes', rights: ['price:create', 'opportunity:win'] });
    expect(rule.body).toMatchObject({ violatingUserIds: [] });
    const [prices, wins] = [await role({ permissions: { 'price:*': 'all' } }), await role({ permissions: { 'opportunity:win': 'own' } })];
    const who = await company.user({});
    const violation = {
      status: 403,
      body: { code: 'access.sod_violation', rule: 'Four eyes', rights: ['opportunity:win', 'price:create'] },
    };
    expect((await assign(admin, prices, { userId: who.userId })).status).toBe(200);
    expect(await assign(admin, wins, { userId: who.userId })).toMatchObject(violation);
    const later = new Date(kit.kit.clock.now().getTime() + 86_400_000).toISOString();
    expect(await assign(admin, wins, { userId: who.userId, validFrom: later })).toMatchObject(violation);
    expect(await admin.patch(`/v1/roles/${prices}`, { permissions: { 'price:create': 'all', 'opportunity:*': 'own' } })).toMatchObject(
      violation,
    );
    const teamId = idOf((await admin.post('/v1/teams', { name: 'Winners' })).body);
    expect((await assign(admin, wins, { teamId })).status).toBe(200);
    expect(await admin.post(`/v1/users/${who.userId}/move`, { teamId })).toMatchObject(violation);
    const email = 'both@example.test';
    expect(await admin.post('/v1/users', { name: 'Both', email, roleIds: [prices, wins] })).toMatchObject(violation);
    expect(await admin.post('/v1/users', { name: 'Both', email, teamId, roleIds: [prices] })).toMatchObject(violation);
    // A denial keeps them apart as well.
    const noWins = await role({ permissions: {}, denies: ['opportunity:win'] });
    expect((await assign(admin, noWins, { userId: who.userId })).status).toBe(200);
    expect((await assign(admin, wins, { userId: who.userId })).status).toBe(200);
    expect((await admin.post('/v1/separation-rules', { name: 'Odd', rights: ['price:*', 'opportunity:win'] })).body).toMatchObject({
      code: 'separation_rule.rights_unfit',
    });
  });
});

describe('nobody goes beyond his own rights', () => {
  test('neither by moving somebody into a team with stronger roles, nor by lifting or laying a denial he could not', async () => {
    const strong = await role({ permissions: { '*': 'all' } });
    const teamId = idOf((await admin.post('/v1/teams', { name: 'Strong' })).body);
    expect((await assign(admin, strong, { teamId })).status).toBe(200);
    const clerk = await company.user({ 'user:move': 'all', 'user:create': 'all', 'user:read': 'all', 'team:read': 'all', 'role:*': 'all' });
    const escalation = { status: 403, body: { code: 'access.escalation' } };
    expect(await clerk.post(`/v1/users/${clerk.userId}/move`, { teamId })).toMatchObject(escalation);
    expect(await clerk.post('/v1/users', { name: 'Friend', email: 'friend@example.test', teamId })).toMatchObject(escalation);
    const denial = await role({ permissions: {}, denies: ['account:delete'] });
    const other = await company.user({ 'account:*': 'all' });
    expect(await assign(clerk, denial, { userId: other.userId })).toMatchObject(escalation);
    expect((await assign(admin, denial, { userId: other.userId })).status).toBe(200);
    expect(await clerk.post(`/v1/roles/${denial}/unassign`, { userId: other.userId })).toMatchObject(escalation);
    expect(await clerk.patch(`/v1/roles/${denial}`, { denies: [] })).toMatchObject(escalation);
    expect(await clerk.delete(`/v1/roles/${denial}`)).toMatchObject(escalation);
  });

  test('nor by a role that shows fields he does not see', async () => {
    const rules = { 'contact.email': 'mask' } as const;
    const clerk = await company.user({ 'role:create': 'all', 'contact:read': 'all' }, rules);
    const make = (fieldRules: object) =>
      clerk.post('/v1/roles', { key: `f${++made}`, name: 'Fields', permissions: { 'contact:read': 'all' }, fieldRules });
    expect((await make({})).body).toMatchObject({ code: 'access.escalation', missing: ['contact.email'] });
    expect((await make({ 'contact.email': 'read' })).body).toMatchObject({ code: 'access.escalation' });
    expect((await make({ 'contact.email': 'hide' })).status).toBe(201);
  });

  test('the last administrator can neither be given an end nor be denied anything', async () => {
    const fresh = await kit.company();
    const roles = (await fresh.admin.get('/v1/roles?limit=200')).body['data'] as { id: string; key: string }[];
    const adminRole = roles.find(({ key }) => key === 'admin')?.id ?? '';
    const later = new Date(kit.kit.clock.now().getTime() + 86_400_000).toISOString();
    const lastAdmin = { status: 409, body: { code: 'user.last_admin' } };
    expect(await assign(fresh.admin, adminRole, { userId: fresh.admin.userId, validUntil: later })).toMatchObject(lastAdmin);
    const denial = await fresh.admin.post('/v1/roles', { key: 'deny', name: 'Deny', permissions: {}, denies: ['account:delete'] });
    expect(await assign(fresh.admin, idOf(denial.body), { userId: fresh.admin.userId })).toMatchObject(lastAdmin);
  });
});

test('field rules that cannot be meant are refused with their place', async () => {
  for (const [fieldRules, path] of [
    [{ 'contact.wings': 'hide' }, '/fieldRules/contact.wings'],
    [{ 'unicorn.name': 'hide' }, '/fieldRules/unicorn.name'],
    [{ 'contact.id': 'hide' }, '/fieldRules/contact.id'],
    [{ 'contact.ownerId': 'hide' }, '/fieldRules/contact.ownerId'],
    [{ 'account.territoryId': 'mask' }, '/fieldRules/account.territoryId'],
    [{ 'account.employees': 'mask' }, '/fieldRules/account.employees'],
    [{ 'contact.email': 'blur' }, '/fieldRules/contact.email'],
    [{ 'api_key.hash': 'read' }, '/fieldRules/api_key.hash'],
    [['contact.email'], '/fieldRules'],
  ] as const) {
    const answer = await admin.post('/v1/roles', { key: `x${++made}`, name: 'x', permissions: {}, fieldRules });
    expect([path, answer.body['code'], (answer.body['errors'] as { path: string }[])[0]?.path]).toEqual([
      path,
      'role.field_rules_unfit',
      path,
    ]);
  }
});

test('a key bound to networks is unknown anywhere else, remembered or not', async () => {
  const key = async (allowedIps: string[]) => {
    const answer = await admin.post('/v1/api-keys', { name: 'Bound', permissions: { 'account:read': 'all' }, allowedIps });
    if (answer.status !== 201) throw new Error(answer.text);
    return String(answer.body['key']);
  };
  const from = async (text: string, remoteAddress: string, url = '/v1/accounts') => {
    const headers = { authorization: `Bearer ${text}` };
    return kit.app.inject({ method: 'GET', url, headers, remoteAddress });
  };
  const bound = await key(['203.0.113.0/24', '2001:db8::/32']);
  for (const inside of ['203.0.113.7', '2001:db8::1']) expect((await from(bound, inside)).statusCode).toBe(200);
  const outside = await from(bound, '198.51.100.1');
  const unknown = await from(
    bound.replace(/.$/, (c) => (c === 'a' ? 'b' : 'a')),
    '203.0.113.7',
  );
  expect([outside.statusCode, outside.json<{ code: string }>().code]).toEqual([401, 'auth.key_invalid']);
  expect(unknown.json<{ code: string; detail: string }>()).toMatchObject({
    code: 'auth.key_invalid',
    detail: outside.json<{ detail: string }>().detail,
  });
  const graphql = await kit.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${bound}`, 'content-type': 'application/json' },
    payload: '{"query":"{ accounts { totalCount } }"}',
    remoteAddress: '198.51.100.1',
  });
  expect(graphql.body).toContain('auth.key_invalid');
  for (const wrong of [[], ['example.com'], ['203.0.113.0/99']])
    expect((await admin.post('/v1/api-keys', { name: 'x', permissions: {}, allowedIps: wrong })).body).toMatchObject({
      code: 'api_key.networks_unfit',
    });
});

test('what is remembered of somebody is not trusted beyond the next date that changes his rights', async () => {
  const who = await company.user({});
  const roleId = await role({ permissions: { 'account:read': 'all' } });
  const end = new Date(kit.kit.clock.now().getTime() + 3_600_000).toISOString();
  expect((await assign(admin, roleId, { userId: who.userId, validUntil: end })).status).toBe(200);
  expect((await who.get('/v1/accounts')).status).toBe(200);
  const { sub, sid } = JSON.parse(Buffer.from(who.token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string; sid: string };
  const asSystem = { tenantId: company.tenantId, actor: systemActor('test'), cause: { command: 'test' } };
  const standing = await kit.kit.runtime.withStatement(asSystem, (work) => sessionStanding(work, { userId: sub, sessionId: sid }));
  expect(standing?.until?.toISOString()).toBe(end);
  kit.kit.clock.advance({ hours: 2 });
  kit.auth.authenticator.forget(null);
  expect((await who.get('/v1/accounts')).status).toBe(403);
});
