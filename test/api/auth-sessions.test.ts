import { wireAuth, type Auth } from '#app/auth-wiring.js';
import type { Tokens } from '#api/auth/auth-flows.js';
import { activateUser } from '#modules/identity/user/activate-user.js';
import { createApiKey } from '#modules/identity/api-key/create-api-key.js';
import { revokeApiKey } from '#modules/identity/api-key/revoke-api-key.js';
import { createUser } from '#modules/identity/user/create-user.js';
import { deactivateUser } from '#modules/identity/user/deactivate-user.js';
import { setUserPassword } from '#modules/identity/user/set-user-password.js';
import { createRole } from '#modules/identity/role/create-role.js';
import { unassignRole } from '#modules/identity/role/unassign-role.js';
import { updateRole } from '#modules/identity/role/update-role.js';
import { bearer, client, openAuthKit, password, type AuthKit, type Company } from './auth-kit.js';

let auth: AuthKit;
/** The same installation as a second process sees it. */
let elsewhere: Auth;
beforeAll(async () => {
  auth = await openAuthKit();
  elsewhere = await wireAuth(auth.kit.runtime, { tokens: auth.tokens, databaseUrl: auth.kit.urls.app });
});
afterAll(async () => {
  await elsewhere.stop();
  await auth.close();
});

const who = (tokens: Pick<Tokens, 'accessToken'>) => auth.authenticator.authenticate(bearer(tokens.accessToken));
const admin = async (company: Company) => (await who(await company.login())).actor;

/** A signed-in colleague of the company's administrator, with the given rights. */
async function colleague(company: Company, permissions: Record<string, string>) {
  const [actor, tenantId] = [await admin(company), company.tenantId];
  const email = `c${Math.random()}@example.test`;
  const { roleId } = (await auth.runner.run(createRole, { key: email, name: 'Some role', permissions }, { tenantId, actor })).result;
  const { userId } = (await auth.runner.run(createUser, { email, name: 'Col League', password, roleIds: [roleId] }, { tenantId, actor }))
    .result;
  const login = () => auth.flows.login({ email, password, tenant: company.slug }, client);
  return { userId, roleId, email, login, tokens: await login(), call: { tenantId, actor } };
}

describe('refresh tokens', () => {
  test('are traded for new ones, and the session stays the same', async () => {
    const company = await auth.company();
    const first = await company.login();
    const second = await auth.flows.refresh(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.expiresIn).toBe(900);
    expect((await who(second)).sessionId).toBe((await who(first)).sessionId);
  });

  test('H02 two refreshes at once get the same successor', async () => {
    const company = await auth.company();
    const { refreshToken } = await company.login();
    const answers = await Promise.all(Array.from({ length: 8 }, () => auth.flows.refresh(refreshToken)));
    expect(new Set(answers.map((a) => a.refreshToken)).size).toBe(1);
    await expect(auth.flows.refresh(answers[0]?.refreshToken ?? '')).resolves.toMatchObject({ expiresIn: 900 });
  });

  test('H02 an old one that comes back ends the whole session, also for who holds the newest', async () => {
    const company = await auth.company();
    const stolen = await company.login();
    const next = await auth.flows.refresh(stolen.refreshToken);
    const newest = await auth.flows.refresh(next.refreshToken);
    await expect(auth.flows.refresh(stolen.refreshToken)).rejects.toMatchObject({ code: 'auth.refresh_reused', kind: 'unauthorized' });
    await expect(who(newest)).rejects.toMatchObject({ code: 'auth.session_revoked' });
    await expect(auth.flows.refresh(newest.refreshToken)).rejects.toMatchObject({ code: 'auth.session_revoked' });
  });

  test('after ten seconds a repeat is no longer taken for a second tab', async () => {
    const company = await auth.company();
    const first = await company.login();
    const second = await auth.flows.refresh(first.refreshToken);
    auth.kit.clock.advance({ seconds: 9 });
    expect((await auth.flows.refresh(first.refreshToken)).refreshToken).toBe(second.refreshToken);
    auth.kit.clock.advance({ seconds: 2 });
    await expect(auth.flows.refresh(first.refreshToken)).rejects.toMatchObject({ code: 'auth.refresh_reused' });
    await expect(auth.flows.refresh(second.refreshToken)).rejects.toMatchObject({ code: 'auth.session_revoked' });
  });

  test('end when nobody refreshes for two weeks, and with the session after thirty days', async () => {
    const company = await auth.company();
    const idle = await company.login();
    let busy = await company.login();
    auth.kit.clock.advance({ days: 13 });
    busy = await auth.flows.refresh(busy.refreshToken);
    auth.kit.clock.advance({ days: 2 });
    await expect(auth.flows.refresh(idle.refreshToken)).rejects.toMatchObject({ code: 'auth.refresh_invalid' });
    auth.kit.clock.advance({ days: 9 });
    busy = await auth.flows.refresh(busy.refreshToken);
    auth.kit.clock.advance({ days: 7 });
    await expect(auth.flows.refresh(busy.refreshToken)).rejects.toMatchObject({ code: 'auth.session_revoked' });
  });

  test('of another company, of nobody and of odd shape are all just invalid', async () => {
    const [one, other] = [await auth.company(), await auth.company()];
    const { refreshToken } = await one.login();
    const moved = refreshToken.replace(one.tenantId.replaceAll('-', ''), other.tenantId.replaceAll('-', ''));
    for (const token of [moved, refreshToken.slice(0, -1), '', 'x', `kontor_rt_${'0'.repeat(32)}_${'A'.repeat(43)}`]) {
      await expect(auth.flows.refresh(token)).rejects.toMatchObject({ code: 'auth.refresh_invalid' });
    }
    await expect(auth.flows.refresh(refreshToken)).resolves.toMatchObject({ expiresIn: 900 });
  });

  test('A14 nothing in the database is a token', async () => {
    const company = await auth.company();
    const { refreshToken } = await company.login();
    const secret = refreshToken.split('_').slice(3).join('_');
    const { refreshToken: successor } = await auth.flows.refresh(refreshToken);
    const rows = JSON.stringify(await auth.kit.asOwner('select * from identity.refresh_tokens', [], company.tenantId));
    expect(rows.length).toBeGreaterThan(100);
    for (const text of [secret, successor.split('_').slice(3).join('_')]) expect(rows).not.toContain(text);
  });
});

describe('H02 at once, in this process and in another, nothing is good any more after', () => {
  /** Both processes know the token; then `change` happens; then both must refuse it. */
  async function dies(header: string, change: () => Promise<unknown>) {
    for (const process of [auth, elsewhere]) await remembers(process, header);
    await change();
    await expect(auth.authenticator.authenticate(header)).rejects.toMatchObject({ kind: 'unauthorized' });
    await heard(() => elsewhere.authenticator.recall(header) === null);
    await expect(elsewhere.authenticator.authenticate(header)).rejects.toMatchObject({ kind: 'unauthorized' });
  }

  test('signing out', async () => {
    const company = await auth.company();
    const [here, there] = [await company.login(), await company.login()];
    await dies(bearer(here.accessToken), () => auth.flows.logout(bearer(here.accessToken), undefined));
    await expect(auth.flows.refresh(here.refreshToken)).rejects.toMatchObject({ code: 'auth.session_revoked' });
    await expect(who(there)).resolves.toMatchObject({ tenantId: company.tenantId });
  });

  test('signing out by refresh token alone', async () => {
    const tokens = await (await auth.company()).login();
    await dies(bearer(tokens.accessToken), () => auth.flows.logout(undefined, tokens.refreshToken));
  });

  test('a changed password, but for the session that changed it', async () => {
    const company = await auth.company();
    const [mine, other] = [await company.login(), await company.login()];
    await dies(bearer(other.accessToken), () =>
      auth.flows.changePassword(bearer(mine.accessToken), password, 'another long password', client),
    );
    await expect(who(mine)).resolves.toMatchObject({ tenantId: company.tenantId });
    await expect(company.login()).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    await expect(
      auth.flows.login({ email: company.email, password: 'another long password', tenant: null }, client),
    ).resolves.toBeDefined();
  });

  test('a password set by an administrator', async () => {
    const { userId, tokens, call } = await colleague(await auth.company(), {});
    await dies(bearer(tokens.accessToken), () => auth.runner.run(setUserPassword, { userId, password: 'set by somebody else' }, call));
  });

  test('a deactivated user; and activating brings back neither session nor key', async () => {
    const company = await auth.company();
    const { userId, tokens, call, login } = await colleague(company, { 'api_key:create': 'own', 'user:read': 'all' });
    const { key } = (
      await auth.runner.run(
        createApiKey,
        { name: 'ERP', permissions: { 'user:read': 'all' } },
        { ...call, actor: (await who(tokens)).actor },
      )
    ).result;
    await auth.authenticator.authenticate(bearer(key));
    await dies(bearer(tokens.accessToken), () => auth.runner.run(deactivateUser, { userId }, call));
    await expect(auth.authenticator.authenticate(bearer(key))).rejects.toMatchObject({ code: 'auth.key_invalid' });
    await expect(login()).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    await auth.runner.run(activateUser, { userId }, call);
    await expect(auth.authenticator.authenticate(bearer(key))).rejects.toMatchObject({ code: 'auth.key_invalid' });
    await expect(auth.flows.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'auth.session_revoked' });
    await expect(login()).resolves.toBeDefined();
  });

  test('a revoked key', async () => {
    const company = await auth.company();
    const call = { tenantId: company.tenantId, actor: await admin(company) };
    const { key, apiKeyId } = (await auth.runner.run(createApiKey, { name: 'ERP', permissions: { 'user:read': 'all' } }, call)).result;
    await dies(bearer(key), () => auth.runner.run(revokeApiKey, { apiKeyId }, call));
  });

  test('a suspended company', async () => {
    const company = await auth.company();
    const { accessToken } = await company.login();
    await remembers(auth, bearer(accessToken));
    await auth.kit.asOwner(`update kernel.tenants set state = 'suspended' where id = $1`, [company.tenantId], company.tenantId);
    await heard(() => auth.authenticator.recall(bearer(accessToken)) === null);
    await expect(auth.authenticator.authenticate(bearer(accessToken))).rejects.toMatchObject({ code: 'auth.session_revoked' });
    await expect(company.login()).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
  });

  test('the end of a key', async () => {
    const company = await auth.company();
    const call = { tenantId: company.tenantId, actor: await admin(company) };
    const expiresAt = new Date(auth.kit.clock.now().getTime() + 60_000).toISOString();
    const { key } = (await auth.runner.run(createApiKey, { name: 'ERP', permissions: { 'user:read': 'all' }, expiresAt }, call)).result;
    await auth.authenticator.authenticate(bearer(key));
    auth.kit.clock.advance({ minutes: 2 });
    auth.authenticator.forget(null);
    await expect(auth.authenticator.authenticate(bearer(key))).rejects.toMatchObject({ code: 'auth.key_invalid' });
  });
});

describe('rights', () => {
  test('change at once when a role changes or is taken away', async () => {
    const { tokens, roleId, userId, call } = await colleague(await auth.company(), { 'team:read': 'all', 'user:read': 'own' });
    const before = (await who(tokens)).actor;
    expect(before.permissions).toEqual({ 'team:read': 'all', 'user:read': 'own' });
    await auth.runner.run(updateRole, { roleId, permissions: { 'user:read': 'team' } }, call);
    const changed = (await who(tokens)).actor;
    expect(changed.permissions).toEqual({ 'user:read': 'team' });
    expect(changed.shape).not.toBe(before.shape);
    await auth.runner.run(unassignRole, { roleId, userId }, call);
    expect((await who(tokens)).actor.permissions).toEqual({});
    await heard(
      async () => Object.keys((await elsewhere.authenticator.authenticate(bearer(tokens.accessToken))).actor.permissions).length === 0,
    );
  });

  test('two people with the same rights have the same shape', async () => {
    const company = await auth.company();
    const [a, b] = [
      await colleague(company, { 'team:read': 'own', 'user:read': 'all' }),
      await colleague(company, { 'user:read': 'all', 'team:read': 'own' }),
    ];
    const [one, other] = [(await who(a.tokens)).actor, (await who(b.tokens)).actor];
    expect(one.shape).toBe(other.shape);
    expect(one.userId).not.toBe(other.userId);
  });
});

test('while the line on which changes are heard is down, nothing is remembered; then it comes back by itself', async () => {
  const lone = await openAuthKit();
  try {
    const header = bearer((await (await lone.company()).login()).accessToken);
    await remembers(lone, header);
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kontor-channel' and datname = current_database()`;
    const { default: pg } = await import('pg');
    const superUser = new pg.Client({ connectionString: lone.kit.urls.super });
    await superUser.connect();
    await superUser.query(cut);
    await superUser.end();
    await heard(() => lone.authenticator.recall(header) === null);
    await expect(lone.authenticator.authenticate(header)).resolves.toBeDefined();
    await heard(async () => (await lone.authenticator.authenticate(header)) && lone.authenticator.recall(header) !== null);
  } finally {
    await lone.close();
  }
});

test('a known token costs microseconds', async () => {
  const header = bearer((await (await auth.company()).login()).accessToken);
  await remembers(auth, header);
  const times = 2_000;
  const rounds = Array.from({ length: 10 }, () => {
    const started = performance.now();
    for (let i = 0; i < times; i++) auth.authenticator.recall(header);
    return ((performance.now() - started) * 1000) / times;
  });
  expect(Math.min(...rounds)).toBeLessThan(50);
});

/** News of earlier changes may still be on their way and make it forget once more. */
const remembers = (process: Auth, header: string) =>
  heard(async () => (await process.authenticator.authenticate(header)) && process.authenticator.recall(header) !== null);

async function heard(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It was not heard within two seconds.');
}
