import { Catch, Logger, Module, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { AuthModule } from '#api/auth/auth.module.js';
import { authErrors } from '#api/auth/auth-errors.js';
import { problemOf } from '#api/problem.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import { createUser } from '#modules/identity/user/create-user.js';
import { deactivateUser } from '#modules/identity/user/deactivate-user.js';
import { bearer, client, openAuthKit, password, type AuthKit } from './auth-kit.js';

@Catch(DomainError)
class Problems implements ExceptionFilter {
  catch(error: DomainError, host: ArgumentsHost) {
    const problem = problemOf(error, 'test');
    return host.switchToHttp().getResponse<FastifyReply>().status(problem.status).send(problem);
  }
}

let auth: AuthKit;
let app: NestFastifyApplication;
beforeAll(async () => {
  auth = await openAuthKit();
  Logger.overrideLogger(false);
  class App {}
  Module({ imports: [AuthModule.of(auth.flows, auth.authenticator)] })(App);
  app = await NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter());
  app.useGlobalFilters(new Problems());
  await app.init();
});
afterAll(async () => {
  await app.close();
  await auth.close();
});

const post = async (path: string, payload: object, headers: Record<string, string> = {}) => {
  const { statusCode, body } = await app.inject({ method: 'POST', url: `/v1/auth/${path}`, payload, headers });
  return { status: statusCode, body: body ? (JSON.parse(body) as Record<string, unknown>) : null };
};

test('signing in, refreshing, changing the password and signing out, over HTTP', async () => {
  const { email } = await auth.company();
  const login = await post('login', { email: ` ${email.toUpperCase()} `, password });
  expect(login).toMatchObject({ status: 200, body: { expiresIn: 900 } });
  expect(Object.keys(login.body ?? {}).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken']);
  const refreshed = await post('refresh', { refreshToken: login.body?.['refreshToken'] });
  expect(refreshed.status).toBe(200);
  const authorization = bearer(String(refreshed.body?.['accessToken']));
  expect(await post('password', { currentPassword: 'wrong', newPassword: 'a new long password' }, { authorization })).toMatchObject({
    status: 400,
    body: { code: 'auth.wrong_password' },
  });
  expect(await post('password', { currentPassword: password, newPassword: 'a new long password' }, { authorization })).toEqual({
    status: 204,
    body: null,
  });
  expect(await post('logout', {}, { authorization })).toEqual({ status: 204, body: null });
  expect(await post('logout', {}, { authorization })).toMatchObject({ status: 401, body: { code: 'auth.session_revoked' } });
  expect(await post('login', { email, password: 'a new long password' })).toMatchObject({ status: 200 });
});

test('bodies that make no sense are refused with the place of each problem, and never reach a hash', async () => {
  const bodies: [object, string][] = [
    [{ email: 'a@b.example' }, '/password'],
    [{ password }, '/email'],
    [{ email: { $gt: '' }, password }, '/email'],
    [{ email: 'a@b.example', password: 'x'.repeat(257) }, '/password'],
    [{ email: 'a@b.example', password, admin: true }, '/admin'],
    [{ email: ['a@b.example'], password }, '/email'],
    [{ email: 'a@b.example', password, tenant: 5 }, '/tenant'],
  ];
  for (const [body, path] of bodies) {
    expect(await post('login', body)).toMatchObject({ status: 400, body: { code: 'input.invalid', errors: [{ path }] } });
  }
  expect(await post('refresh', {})).toMatchObject({ status: 400 });
  expect(await post('logout', {})).toMatchObject({ status: 401, body: { code: 'auth.required' } });
});

test('H04 who does not get in learns nothing from the answer', async () => {
  const [one, other] = [await auth.company(), await auth.company()];
  const call = { tenantId: one.tenantId, actor: (await auth.authenticator.authenticate(bearer((await one.login()).accessToken))).actor };
  const { userId } = (await auth.runner.run(createUser, { email: 'left@example.test', name: 'Left', password }, call)).result;
  await auth.runner.run(deactivateUser, { userId }, call);
  await auth.runner.run(createUser, { email: 'none@example.test', name: 'No password' }, call);
  const attempts = [
    { email: one.email, password: 'wrong password' },
    { email: 'nobody@example.test', password },
    { email: 'left@example.test', password },
    { email: 'none@example.test', password },
    { email: one.email, password, tenant: other.slug },
    { email: one.email, password, tenant: 'no-such-company' },
    { email: 'no address', password },
  ];
  const answers = await Promise.all(attempts.map((attempt) => post('login', attempt)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ status: 401, body: { code: 'auth.invalid_credentials' } });
});

test('one address in two companies: the company has to be named, and who is refused is not told why', async () => {
  const email = 'both@example.test';
  const [one, other] = [await auth.company(email), await auth.company(email)];
  const unnamed = await post('login', { email, password });
  expect(unnamed).toEqual(await post('login', { email: 'nobody-at-all@example.test', password }));
  for (const { slug, tenantId } of [one, other]) {
    const { body } = await post('login', { email, password, tenant: slug });
    await expect(auth.authenticator.authenticate(bearer(String(body?.['accessToken'])))).resolves.toMatchObject({ tenantId });
  }
});

// Processor time, not time of day: a busy machine stretches the one and not the other. A refusal that skips the hash costs a tenth.
test('H04 an unknown address costs as much work as a wrong password', async () => {
  const { email } = await auth.company();
  const work = { known: 0, unknown: 0 };
  for (let i = 0; i < 15; i++) {
    for (const which of ['known', 'unknown'] as const) {
      const before = process.cpuUsage();
      const refused = auth.flows.login(
        { email: which === 'known' ? email : `x${i}@example.test`, password: 'wrong password', tenant: null },
        { ip: `198.51.100.${i}`, userAgent: null },
      );
      await expect(refused).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
      const { user, system } = process.cpuUsage(before);
      work[which] += user + system;
    }
  }
  expect(work.unknown / work.known).toBeGreaterThan(0.5);
  expect(work.unknown / work.known).toBeLessThan(2);
});

describe('H05 guessing', () => {
  const attempt = (email: string, ip: string, process = auth) =>
    process.flows.login({ email, password: 'a guess that fails', tenant: null }, { ip, userAgent: null });

  test('is stopped after ten tries on an account, however the address is written, and says how long to wait', async () => {
    const company = await auth.company();
    const { email } = company;
    const spellings = [email, email.toUpperCase(), ` ${email}`];
    const tries = await Promise.allSettled(Array.from({ length: 15 }, (_, i) => attempt(spellings[i % 3] ?? email, '203.0.113.1')));
    const codes = tries.map((t) => (t.status === 'rejected' ? (t.reason as DomainError).code : 'in'));
    expect(codes.filter((code) => code === 'auth.invalid_credentials')).toHaveLength(10);
    expect(codes.filter((code) => code === 'auth.throttled')).toHaveLength(5);
    const refused = await attempt(email, '203.0.113.1').catch((error: unknown) => error as DomainError);
    expect(refused).toMatchObject({ kind: 'too_many', code: 'auth.throttled', message: authErrors['auth.throttled'][1] });
    expect((refused as DomainError).details['retryAfter']).toBeGreaterThan(800);
    // From elsewhere the owner still gets in.
    await expect(company.login()).resolves.toBeDefined();
  });

  test('one account from many machines is stopped too', async () => {
    const small = { pair: { attempts: 5, seconds: 900 }, account: { attempts: 8, seconds: 900 }, address: { attempts: 100, seconds: 900 } };
    const strict = await openAuthKit(small);
    try {
      const { email } = await strict.company();
      for (let i = 0; i < 8; i++)
        await expect(attempt(email, `203.0.113.${i}`, strict)).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
      await expect(attempt(email, '203.0.113.99', strict)).rejects.toMatchObject({ code: 'auth.throttled' });
    } finally {
      await strict.close();
    }
  });

  test('many accounts from one machine, or from one IPv6 network, are stopped too', async () => {
    const small = { pair: { attempts: 5, seconds: 900 }, account: { attempts: 50, seconds: 900 }, address: { attempts: 6, seconds: 900 } };
    const strict = await openAuthKit(small);
    try {
      for (let i = 0; i < 6; i++)
        await expect(attempt(`u${i}@example.test`, `2001:db8:1:2::${i + 1}`, strict)).rejects.toMatchObject({
          code: 'auth.invalid_credentials',
        });
      await expect(attempt('u7@example.test', '2001:0db8:1:2:ffff::1', strict)).rejects.toMatchObject({ code: 'auth.throttled' });
      await expect(attempt('u8@example.test', '2001:db8:1:3::1', strict)).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    } finally {
      await strict.close();
    }
  });

  test('the right password forgives what was counted before', async () => {
    const { email, slug } = await auth.company();
    const right = () => auth.flows.login({ email, password, tenant: slug }, client);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 6; i++) await expect(attempt(email, client.ip)).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
      await expect(right()).resolves.toBeDefined();
    }
  });

  test('of the current password is counted as well', async () => {
    const company = await auth.company();
    const header = bearer((await company.login()).accessToken);
    const guess = () => auth.flows.changePassword(header, 'a guess', 'a new long password', { ip: '203.0.113.50', userAgent: null });
    for (let i = 0; i < 10; i++) await expect(guess()).rejects.toMatchObject({ code: 'auth.wrong_password' });
    await expect(guess()).rejects.toMatchObject({ code: 'auth.throttled' });
  });
});
