import { wireAuth, provisionTenant, type Auth } from '#app/auth-wiring.js';
import { generateKeyPairSync } from 'node:crypto';
import type { Actor, Permissions } from '#kernel/access/actor.js';
import { drift, readTables } from '#kernel/resource/drift.js';
import { openKit, type Kit, type TestTenant } from '#kernel/testing/kit.js';
import { createApiKey } from '#modules/identity/api-key/create-api-key.js';
import { revokeApiKey } from '#modules/identity/api-key/revoke-api-key.js';
import { identity } from '#modules/identity/identity.module.js';
import { forgetOldSessions } from '#modules/identity/jobs/forget-old-sessions.job.js';
import { me } from '#modules/identity/queries/me.js';
import { assignRole } from '#modules/identity/role/assign-role.js';
import { createRole } from '#modules/identity/role/create-role.js';
import { deleteRole } from '#modules/identity/role/delete-role.js';
import { Role } from '#modules/identity/role/role.resource.js';
import { unassignRole } from '#modules/identity/role/unassign-role.js';
import { updateRole } from '#modules/identity/role/update-role.js';
import { openSession } from '#modules/identity/session/open-session.js';
import { revokeSession } from '#modules/identity/session/revoke-session.js';
import { Session } from '#modules/identity/session/session.resource.js';
import { sessionStanding } from '#modules/identity/session/standing.js';
import { createTeam } from '#modules/identity/team/create-team.js';
import { moveTeam } from '#modules/identity/team/move-team.js';
import { createUser } from '#modules/identity/user/create-user.js';
import { deactivateUser } from '#modules/identity/user/deactivate-user.js';
import { moveUser } from '#modules/identity/user/move-user.js';
import { setUserPassword } from '#modules/identity/user/set-user-password.js';
import { User } from '#modules/identity/user/user.resource.js';

const client = { ip: null, userAgent: null };
let kit: Kit;
let auth: Auth;
beforeAll(async () => {
  kit = await openKit([identity]);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokens = { keys: { active: { kid: 'k', privateKey }, publicKeys: new Map([['k', publicKey]]) }, issuer: 'i', audience: 'a' };
  auth = await wireAuth(kit.runtime, { tokens, databaseUrl: kit.urls.app });
});
afterAll(async () => {
  await auth.stop();
  await kit.close();
});

/** The actor a signed-in user is, read from his roles as every request does. */
async function signedIn(t: TestTenant, userId: string): Promise<Actor> {
  const standing = await t.work(async (work) => {
    const { sessionId } = await openSession(work, userId, client);
    return sessionStanding(work, { sessionId, userId });
  });
  if (!standing) throw new Error('not signed in');
  return standing.actor;
}

/** A user who has the rights by a role, not only as a test actor. */
async function person(t: TestTenant, permissions: Permissions): Promise<{ id: string; roleId: string; actor: Actor }> {
  const key = `r${Math.random()}`;
  const { roleId } = await t.run(createRole, { key, name: key, permissions: { ...permissions } });
  const { userId } = await t.run(createUser, { email: `${key}@example.test`, name: 'Person', roleIds: [roleId] });
  return { id: userId, roleId, actor: await signedIn(t, userId) };
}

test('the migration leaves nothing to be desired by the definitions', async () => {
  const tables = await readTables(async (text, values) => ({ rows: await kit.asOwner(text, values) }), ['identity']);
  expect([...drift(kit.runtime.registry, tables)]).toEqual([]);
  const walled = [...tables].filter(([, facts]) => facts.columns.some((column) => column.startsWith('tenant_id')));
  expect(walled.length).toBeGreaterThanOrEqual(8);
  expect(walled.every(([, facts]) => facts.forcedRowSecurity)).toBe(true);
});

describe('nobody gives, takes or touches rights beyond his own', () => {
  const userAdmin: Permissions = {
    'role:create': 'all',
    'role:update': 'all',
    'role:assign': 'all',
    'role:unassign': 'all',
    'role:delete': 'all',
    'role:read': 'all',
    'user:create': 'all',
    'user:read': 'all',
    'user:set_password': 'all',
    'user:deactivate': 'all',
    'team:read': 'team',
  };
  const escalation = { kind: 'forbidden', code: 'access.escalation' };

  test('in a new role', async () => {
    const t = await kit.tenant();
    const { actor } = await person(t, userAdmin);
    const make = (permissions: Record<string, string>) => t.run(createRole, { key: `k${Math.random()}`, name: 'x', permissions }, actor);
    await expect(make({ 'team:read': 'team' })).resolves.toBeDefined();
    for (const wider of [{ 'team:read': 'all' }, { '*': 'own' }, { 'team:*': 'own' }, { '*:read': 'own' }, { 'api_key:create': 'own' }]) {
      await expect(make(wider)).rejects.toMatchObject(escalation);
    }
  });

  test('in a role that is changed, given, taken or deleted', async () => {
    const t = await kit.tenant();
    const { id, actor, roleId: ownRole } = await person(t, userAdmin);
    const strong = await person(t, { '*': 'all' });
    await expect(t.run(updateRole, { roleId: ownRole, permissions: { '*': 'all' } }, actor)).rejects.toMatchObject(escalation);
    await expect(t.run(updateRole, { roleId: strong.roleId, permissions: {} }, actor)).rejects.toMatchObject(escalation);
    await expect(t.run(assignRole, { roleId: strong.roleId, userId: id }, actor)).rejects.toMatchObject(escalation);
    await expect(t.run(unassignRole, { roleId: strong.roleId, userId: strong.id }, actor)).rejects.toMatchObject(escalation);
    await expect(t.run(deleteRole, { roleId: strong.roleId }, actor)).rejects.toMatchObject(escalation);
    await expect(
      t.run(createUser, { email: 'friend@example.test', name: 'Friend', roleIds: [strong.roleId] }, actor),
    ).rejects.toMatchObject(escalation);
  });

  test('by way of somebody stronger: neither his password nor his account', async () => {
    const t = await kit.tenant();
    const { actor } = await person(t, userAdmin);
    const strong = await person(t, { '*': 'all' });
    await expect(t.run(setUserPassword, { userId: strong.id, password: 'mine from now on' }, actor)).rejects.toMatchObject(escalation);
    await expect(t.run(deactivateUser, { userId: strong.id }, actor)).rejects.toMatchObject(escalation);
  });

  test('in a key', async () => {
    const t = await kit.tenant();
    const { actor } = await person(t, { 'team:read': 'own', 'api_key:create': 'own' });
    await expect(t.run(createApiKey, { name: 'x', permissions: { 'team:read': 'all' } }, actor)).rejects.toMatchObject(escalation);
    await expect(
      t.run(createApiKey, { name: 'x', permissions: { 'team:read': 'own' } }, { ...actor, kind: 'api_key' }),
    ).rejects.toMatchObject({ code: 'api_key.needs_a_person' });
    await expect(
      t.run(createApiKey, { name: 'x', permissions: { 'team:read': 'own' }, expiresAt: new Date(0).toISOString() as never }, actor),
    ).rejects.toMatchObject({ code: 'api_key.expired_already' });
  });

  test('rights that mean nothing here are refused with their place', async () => {
    const t = await kit.tenant();
    const make = (permissions: never) => t.run(createRole, { key: 'k', name: 'x', permissions });
    for (const [permissions, path] of [
      [{ 'unicorn:read': 'all' }, '/permissions/unicorn:read'],
      [{ 'user:fly': 'all' }, '/permissions/user:fly'],
      [{ 'user:read': 'everything' }, '/permissions/user:read'],
      [{ 'user:read': null }, '/permissions/user:read'],
      [['*'], '/permissions'],
      ['*', '/permissions'],
      [{ '*:*': 'all' }, '/permissions/*:*'],
      [{ __proto__x: 'all' }, '/permissions/__proto__x'],
    ] as const) {
      await expect(make(permissions as never)).rejects.toMatchObject({ code: 'role.permissions_unfit', details: { errors: [{ path }] } });
    }
  });
});

describe('somebody with all rights remains', () => {
  async function lastOne() {
    const t = await kit.tenant();
    return { t, last: await person(t, { '*': 'all' }) };
  }
  const refused = { kind: 'conflict', code: 'user.last_admin' };

  test('whichever way the last one is removed', async () => {
    const { t, last } = await lastOne();
    await expect(t.run(deactivateUser, { userId: last.id })).rejects.toMatchObject(refused);
    await expect(t.run(unassignRole, { userId: last.id, roleId: last.roleId })).rejects.toMatchObject(refused);
    await expect(t.run(updateRole, { roleId: last.roleId, permissions: { '*:read': 'all' } })).rejects.toMatchObject(refused);
    await expect(t.run(deleteRole, { roleId: last.roleId })).rejects.toMatchObject(refused);
    await expect(t.work((work) => work.repo(User).get(last.id))).resolves.toMatchObject({ active: true });
  });

  test('also when two remove each other at the same moment', async () => {
    const { t, last } = await lastOne();
    const other = await person(t, { '*': 'all' });
    const results = await Promise.allSettled([
      t.run(deactivateUser, { userId: last.id }, other.actor),
      t.run(deactivateUser, { userId: other.id }, last.actor),
    ]);
    expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
    expect(results.find((r) => r.status === 'rejected')).toMatchObject({ reason: refused });
  });
});

describe('teams', () => {
  test('a right that reaches the team covers members of the own team and of all below, and nobody else', async () => {
    const t = await kit.tenant();
    const { teamId: top } = await t.run(createTeam, { name: 'Central', region: 'Central' });
    const { teamId: below } = await t.run(createTeam, { name: 'Central north', parentId: top });
    const { teamId: deep } = await t.run(createTeam, { name: 'Central north city', parentId: below });
    const { teamId: beside } = await t.run(createTeam, { name: 'West' });
    const users: Record<string, string> = {};
    for (const teamId of [top, below, deep, beside])
      users[teamId] = (await t.run(createUser, { email: `${teamId}@example.test`, name: 'Seller', teamId })).userId;
    const boss = await person(t, { 'session:read': 'team' });
    expect(boss.actor.teamUserIds).toEqual([boss.id]);
    await t.run(moveUser, { userId: boss.id, teamId: top });
    const inTeam = await signedIn(t, boss.id);
    expect([...inTeam.teamUserIds].sort()).toEqual([boss.id, users[top], users[below], users[deep]].sort());
    expect(inTeam.shape).toBe(boss.actor.shape);
    await t.run(moveTeam, { teamId: below, parentId: beside });
    expect((await signedIn(t, boss.id)).teamUserIds).toHaveLength(2);
  });

  test('who has no right that reaches the team is not burdened with its members', async () => {
    const t = await kit.tenant();
    const { teamId } = await t.run(createTeam, { name: 'Big' });
    const { id } = await person(t, { 'session:read': 'own' });
    await t.run(moveUser, { userId: id, teamId });
    await t.run(createUser, { email: 'mate@example.test', name: 'Mate', teamId });
    expect((await signedIn(t, id)).teamUserIds).toEqual([id]);
  });

  test('neither teams nor managers go round in a circle', async () => {
    const t = await kit.tenant();
    const { teamId: a } = await t.run(createTeam, { name: 'A' });
    const { teamId: b } = await t.run(createTeam, { name: 'B', parentId: a });
    await expect(t.run(moveTeam, { teamId: a, parentId: b })).rejects.toMatchObject({ code: 'team.circle' });
    await expect(t.run(moveTeam, { teamId: a, parentId: a })).rejects.toMatchObject({ code: 'team.circle' });
    const [x, y] = [await t.user({ permissions: {} }), await t.user({ permissions: {} })];
    await t.run(moveUser, { userId: x.id, managerId: y.id });
    await expect(t.run(moveUser, { userId: y.id, managerId: x.id })).rejects.toMatchObject({ code: 'user.manager_circle' });
    await t.run(moveUser, { userId: x.id, managerId: null });
    await expect(t.work((work) => work.repo(User).get(x.id))).resolves.toMatchObject({ managerId: null });
  });
});

describe('keys', () => {
  test('act for who made them with the narrower of both rights, and lose what he loses', async () => {
    const t = await kit.tenant();
    const { actor, roleId } = await person(t, { 'team:*': 'all', 'user:read': 'team', 'api_key:create': 'own' });
    const { key } = await t.run(createApiKey, { name: 'ERP', permissions: { 'team:read': 'all', 'user:read': 'own' } }, actor);
    const keyActor = async () => (await auth.authenticator.authenticate(`Bearer ${key}`)).actor;
    expect(await keyActor()).toMatchObject({
      kind: 'api_key',
      label: 'ERP',
      userId: actor.userId,
      permissions: { 'team:read': 'all', 'user:read': 'own' },
    });
    await t.run(updateRole, { roleId, permissions: { 'user:*': 'all' } });
    auth.authenticator.forget(t.id);
    expect((await keyActor()).permissions).toEqual({ 'user:read': 'own' });
  });

  test('are stored only as a hash, hidden everywhere, and remember when they were used', async () => {
    const t = await kit.tenant();
    const { id } = await person(t, {});
    const actor: Actor = { ...t.admin, userId: id, id };
    const { key, apiKeyId } = await t.run(createApiKey, { name: 'Shop', permissions: { 'user:read': 'all' } }, actor);
    const secret = key.split('_').slice(2).join('_');
    const rows = async () =>
      JSON.stringify([
        await kit.asOwner('select * from identity.api_keys', [], t.id),
        await kit.asOwner('select * from kernel.audit_entries', [], t.id),
        await kit.asOwner('select * from kernel.outbox', [], t.id),
      ]);
    expect(await rows()).not.toContain(secret);
    const [stored] = await kit.asOwner('select hash, last_used_at from identity.api_keys where id = $1', [apiKeyId], t.id);
    expect(stored).toMatchObject({ last_used_at: null });
    expect(JSON.stringify(await kit.asOwner('select changes from kernel.audit_entries', [], t.id))).not.toContain(String(stored?.['hash']));
    await expect(auth.authenticator.authenticate(`Bearer ${key.slice(0, -2)}AA`)).rejects.toMatchObject({ code: 'auth.key_invalid' });
    // Its user has lost the right, so the key may nothing, but it is known.
    expect((await auth.authenticator.authenticate(`Bearer ${key}`)).actor.permissions).toEqual({});
    const [used] = await kit.asOwner('select last_used_at from identity.api_keys where id = $1', [apiKeyId], t.id);
    expect(used?.['last_used_at']).toBeInstanceOf(Date);
  });

  test('and sessions of others are out of reach', async () => {
    const t = await kit.tenant();
    const rights: Permissions = { 'api_key:create': 'own', 'api_key:revoke': 'own', 'session:revoke': 'own', 'session:read': 'own' };
    const [one, other] = [await person(t, rights), await person(t, rights)];
    const { apiKeyId } = await t.run(createApiKey, { name: 'mine', permissions: {} }, one.actor);
    await expect(t.run(revokeApiKey, { apiKeyId }, other.actor)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(t.run(revokeApiKey, { apiKeyId }, one.actor)).resolves.toEqual({ apiKeyId });
    const [session] = await t.work((work) => work.repo(Session).list({ userId: one.id }));
    await expect(t.run(revokeSession, { sessionId: session?.id ?? '' }, other.actor)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(t.run(revokeSession, { sessionId: session?.id ?? '' }, one.actor)).resolves.toBeDefined();
  });
});

describe('the doors before the wall', () => {
  const asApp = (t: TestTenant, text: string) => t.work((work) => work.exec(text, []));

  test('tell a tenant and nothing else, and the application sees nothing of other companies beside them', async () => {
    const [one, other] = [await kit.tenant(), await kit.tenant()];
    await other.user({ permissions: {}, email: 'over-there@example.test' });
    expect((await asApp(one, `select identity.login_tenants('over-there@example.test', null) as id`)).rows).toEqual([{ id: other.id }]);
    expect((await asApp(one, `select * from identity.users where email = 'over-there@example.test'`)).rows).toEqual([]);
    for (const table of ['passwords', 'refresh_tokens', 'sessions', 'api_keys', 'roles', 'role_assignments', 'teams']) {
      expect((await asApp(one, `select * from identity.${table} where tenant_id = '${other.id}'`)).rows).toEqual([]);
    }
  });

  test('cannot be walked through by a name set in front of the catalogue', async () => {
    const functions =
      await kit.asOwner(`select p.proname, p.prosecdef, p.proconfig, p.proowner::regrole::text as owner, has_function_privilege('public', p.oid, 'execute') as everybody
      from pg_proc p where p.pronamespace = 'identity'::regnamespace and p.prosecdef order by 1`);
    expect(functions).toEqual(
      ['api_key_tenant', 'login_tenants'].map((proname) => ({
        proname,
        prosecdef: true,
        proconfig: ['search_path=pg_catalog'],
        owner: 'kontor_relay',
        everybody: false,
      })),
    );
  });
});

describe('a new company', () => {
  test('starts with its roles and an administrator, and its slug is its own', async () => {
    const company = (slug: string) =>
      provisionTenant(kit.runtime, {
        slug,
        name: 'Acme',
        currency: 'EUR',
        timeZone: 'Europe/Berlin',
        locale: 'de',
        admin: { email: 'boss@acme.example', name: 'Boss', password: 'a long password' },
      });
    const { tenantId, adminId, roleIds } = await company('acme');
    expect([...roleIds.keys()].sort()).toEqual([
      'admin',
      'auditor',
      'finance',
      'integration',
      'marketing_manager',
      'partner',
      'sales_manager',
      'sales_ops',
      'sales_rep',
      'service_agent',
    ]);
    const runtime = kit.runtime;
    const roles = await runtime.withWork({ tenantId, actor: (await kit.tenant()).admin, cause: { command: 'test' } }, (work) =>
      work.system.repo(Role).list({}),
    );
    expect(roles).toHaveLength(10);
    await expect(company('acme')).rejects.toMatchObject({ code: 'tenant.slug_taken' });
    await expect(company('Not A Slug')).rejects.toMatchObject({ code: 'tenant.slug_unfit' });
    const { accessToken } = await auth.flows.login({ email: 'boss@acme.example', password: 'a long password', tenant: null }, client);
    const { actor } = await auth.authenticator.authenticate(`Bearer ${accessToken}`);
    const { result } = await auth.runner.run(me, {}, { tenantId, actor });
    expect(result).toMatchObject({ userId: adminId, name: 'Boss', tenant: 'acme', currency: 'EUR', permissions: { '*': 'all' } });
  });
});

test('passwords too short or too long are refused before they are hashed', async () => {
  const t = await kit.tenant();
  const user = await t.user({ permissions: {} });
  await expect(t.run(setUserPassword, { userId: user.id, password: 'short' })).rejects.toMatchObject({ code: 'user.password_unfit' });
  await expect(t.run(setUserPassword, { userId: user.id, password: 'x'.repeat(257) })).rejects.toMatchObject({ kind: 'invalid' });
  await expect(t.run(setUserPassword, { userId: user.id, password: 'x'.repeat(256) })).resolves.toBeDefined();
});

test('nothing of a call that holds a secret is kept, so it takes no idempotency key', async () => {
  const t = await kit.tenant();
  const { id } = await t.user({ permissions: {} });
  const call = { idempotencyKey: 'once' };
  const refused = { code: 'idempotency.not_for_secrets' };
  await expect(t.run(setUserPassword, { userId: id, password: 'a long password' }, t.admin, call)).rejects.toMatchObject(refused);
  await expect(t.run(createApiKey, { name: 'x', permissions: {} }, t.admin, call)).rejects.toMatchObject(refused);
});

test('an address is taken once a company, whatever its case', async () => {
  const t = await kit.tenant();
  await t.run(createUser, { email: 'Ann@Example.test', name: 'Ann' });
  await expect(t.run(createUser, { email: 'ann@example.TEST', name: 'Ann two' })).rejects.toMatchObject({ code: 'user.email_taken' });
});

test('sessions are forgotten ninety days after their end', async () => {
  const t = await kit.tenant();
  const { id } = await t.user({ permissions: {} });
  await t.work((work) => openSession(work, id, client));
  const left = () => t.work((work) => work.repo(Session).count({ userId: id }));
  kit.clock.advance({ days: 119 });
  await t.work((work) => forgetOldSessions.run({}, work));
  expect(await left()).toBe(1);
  kit.clock.advance({ days: 2 });
  await t.work((work) => forgetOldSessions.run({}, work));
  expect(await left()).toBe(0);
});
