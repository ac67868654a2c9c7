import { AccessTokenStrategy } from '#api/auth/access-token.strategy.js';
import type { TokenSettings } from '#api/auth/access-token.js';
import { AuthFlows } from '#api/auth/auth-flows.js';
import { Authenticator } from '#api/auth/authenticator.js';
import { LoginThrottle, type ThrottleLimits } from '#api/auth/login-throttle.js';
import type { Principal, PrincipalSource } from '#api/auth/principal.js';
import type { SignInPort } from '#api/auth/sign-in-port.js';
import { systemActor } from '#kernel/access/actor.js';
import { Channel } from '#kernel/db/channel.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { nilId } from '#kernel/resource/ids.js';
import { Runner } from '#kernel/usecase/runner.js';
import type { Work } from '#kernel/usecase/work.js';
import { customization } from '#modules/customization/customization.module.js';
import { quality } from '#modules/quality/quality.module.js';
import { moduleSwitches } from '#kernel/modules/modules.module.js';
import { identity } from '#modules/identity/identity.module.js';
import { changePassword } from '#modules/identity/session/change-password.js';
import { endSessions, sessionOfRefreshToken } from '#modules/identity/session/end-sessions.js';
import { refreshSession } from '#modules/identity/session/refresh-session.js';
import { readRefreshToken } from '#modules/identity/session/refresh-token.js';
import { signIn, type Transact } from '#modules/identity/session/sign-in.js';
import { keyStanding, sessionStanding, tenantOfKey, type ActorStanding } from '#modules/identity/session/standing.js';
import { createTenant, type CreatedTenant, type NewTenant } from '#modules/identity/tenant/create-tenant.js';

export interface AuthOptions {
  readonly tokens: TokenSettings;
  /** URL of the application role, for the connection that hears changes. */
  readonly databaseUrl: string;
  readonly limits?: ThrottleLimits;
  /** Addresses nobody signs in with here, such as the demo login in production; they are answered like unknown ones. */
  readonly closedTo?: readonly string[];
  /** Hears of every command after its commit. */
  readonly onCommit?: () => void;
  readonly log?: { warn(details: object, message: string): void };
}

export interface Auth {
  readonly authenticator: Authenticator;
  readonly flows: AuthFlows;
  /** Runs use-cases so that whoever changes users or rights is believed at once in this process too. */
  readonly runner: Runner;
  stop(): Promise<void>;
}

/** Puts the transport's ports and the business's functions together. */
export async function wireAuth(runtime: Runtime, options: AuthOptions): Promise<Auth> {
  const strategy = new AccessTokenStrategy(options.tokens);
  const channel: Channel = new Channel({
    databaseUrl: options.databaseUrl,
    channel: 'kontor_identity',
    onMessage: (tenantId) => authenticator.forget(tenantId || null),
    onGap: () => authenticator.forget(null),
    ...(options.log ? { log: options.log } : {}),
  });
  const authenticator = new Authenticator({
    verify: (token) => strategy.verify(token),
    source: principalSource(runtime),
    hearsChanges: () => channel.hears,
    now: () => runtime.clock.now(),
  });
  // First of all listeners: whoever asks again after a change asks by the definitions as they are then.
  authenticator.onChange((tenantId) => runtime.variants.forget(tenantId));
  runtime.variants.trust(() => channel.hears);
  const flows = new AuthFlows({
    port: signInPort(runtime, new Set(options.closedTo ?? [])),
    throttle: new LoginThrottle(runtime.database.pool, options.limits),
    tokens: options.tokens,
    authenticator,
  });
  const believedAtOnce = [identity, moduleSwitches, customization, quality].flatMap(({ resources = [], commands = [] }) => [
    ...resources,
    ...commands,
  ]);
  const nouns = new Set(believedAtOnce.map((one) => ('noun' in one ? one.noun : one.name)));
  const runner = new Runner(runtime, (useCase, { tenantId }) => {
    if (nouns.has(useCase.noun)) authenticator.forget(tenantId);
    options.onCommit?.();
  });
  await channel.start();
  return { authenticator, flows, runner, stop: () => channel.stop() };
}

/** A company with its default roles and first administrator: for the CLI, the demo and tests. */
export const provisionTenant = (runtime: Runtime, tenant: NewTenant): Promise<CreatedTenant> =>
  createTenant(transact(runtime, 'tenant.create'), runtime.registry.modules, tenant);

const transact =
  (runtime: Runtime, command: string): Transact =>
  (tenantId, run) =>
    runtime.withWork({ tenantId, actor: systemActor('auth'), cause: { command } }, run);

/** Single statements without a transaction around them: these are asked for often. */
const read = <T>(runtime: Runtime, tenantId: string, run: (work: Work) => Promise<T>): Promise<T> =>
  runtime.withStatement({ tenantId, actor: systemActor('auth'), cause: { command: 'auth' } }, run);

function principalSource(runtime: Runtime): PrincipalSource {
  return {
    async session(claims) {
      const { tenantId, sessionId } = claims;
      const standing = await read(
        runtime,
        tenantId,
        withDefinitions((work) => sessionStanding(work, claims)),
      );
      return standing && { ...standing, principal: { tenantId, actor: standing.actor, definitions: standing.definitions, sessionId } };
    },
    async key(key) {
      const tenantId = await read(runtime, nilId, (work) => tenantOfKey(work, key));
      const standing =
        tenantId &&
        (await read(
          runtime,
          tenantId,
          withDefinitions((work) => keyStanding(work, key)),
        ));
      if (!standing) return null;
      return { ...standing, principal: { tenantId, actor: standing.actor, definitions: standing.definitions, sessionId: null } };
    },
  };
}

/** Rights and definitions of one moment: neither goes without the other. */
const withDefinitions =
  (find: (work: Work) => Promise<ActorStanding | null>) =>
  async (work: Work): Promise<(ActorStanding & Pick<Principal, 'definitions'>) | null> => {
    const standing = await find(work);
    return standing && { ...standing, definitions: work.definitions };
  };

function signInPort(runtime: Runtime, closedTo: ReadonlySet<string>): SignInPort {
  return {
    async signIn(credentials, client) {
      const isClosed = closedTo.has(credentials.email.trim().toLowerCase());
      // Under another name, so that a closed address costs and says what an unknown one does.
      const session = await signIn(
        transact(runtime, 'auth.login'),
        isClosed ? { ...credentials, email: 'nobody@invalid.invalid' } : credentials,
        client,
      );
      return session && { claims: session, refreshToken: session.refreshToken };
    },
    async refresh(text) {
      const token = readRefreshToken(text);
      if (!token) return { outcome: 'invalid', tenantId: null };
      const { tenantId } = token;
      const result = await transact(runtime, 'auth.refresh')(tenantId, (work) => refreshSession(work, token.secret));
      return result.outcome === 'refreshed' ? { ...result, claims: { ...result, tenantId } } : { ...result, tenantId };
    },
    async signOut(which) {
      const token = 'refreshToken' in which ? readRefreshToken(which.refreshToken) : null;
      const tenantId = 'refreshToken' in which ? token?.tenantId : which.tenantId;
      if (!tenantId) return null;
      await transact(runtime, 'auth.logout')(tenantId, async (work) => {
        const id = token ? await sessionOfRefreshToken(work, token.secret) : 'sessionId' in which ? which.sessionId : null;
        if (id) await endSessions(work, { id }, 'logout');
      });
      return tenantId;
    },
    changePassword({ claims, currentPassword, newPassword }) {
      return changePassword(transact(runtime, 'auth.change_password'), { ...claims, currentPassword, newPassword });
    },
  };
}
