import { postgresQuotas } from '#api/http/quota-store.js';
import type { RateLimits } from '#api/http/rate-limits.js';
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { provisionTenant, wireAuth } from '#app/auth-wiring.js';
import { readConfig } from '#app/config.js';
import { createApi, type Api } from '#app/create-api.js';
import { allModules } from '#app/modules.js';
import { closeGently } from '#app/ops/close-gently.js';
import { Metrics } from '#app/ops/metrics.js';
import { opsModule } from '#app/ops/ops.module.js';
import { addPages } from '#app/ops/pages.js';
import { createWorkerApp } from '#app/ops/worker-app.js';
import { createQueueBackend, type QueueBackend } from '#kernel/jobs/queue-backend.js';
import { EventFeed } from '#kernel/outbox/listen.js';
import { openKit, type Kit } from '#kernel/testing/kit.js';

export const password = 'correct horse battery';
export const opsToken = 'an-operator-token-of-enough-length';

/** What a production installation cannot do without. */
export const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://crm.example.test',
  KONTOR_SECRET: 'x'.repeat(32),
  JWT_PRIVATE_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

export interface OpsKit {
  readonly kit: Kit;
  readonly app: NestFastifyApplication;
  readonly queue: QueueBackend;
  /** Every line that was logged. */
  readonly lines: Record<string, unknown>[];
  /** Where it listens. */
  readonly url: string;
  /** Ends the HTTP side as a stop signal does. */
  stopHttp(withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

export interface OpsOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** How many a principal may send an hour; uncounted when left out. */
  readonly requests?: number;
  readonly role?: 'api' | 'worker';
  readonly demo?: { readonly email: string; readonly password: string };
  /** What the test does before the application listens: adds routes, holds a table. */
  readonly prepare?: (app: NestFastifyApplication, kit: Kit) => void | Promise<void>;
}

/** A process as serve.ts makes it, on a database and a port of its own. */
export async function openOpsKit({ env = {}, role = 'api', demo, prepare, requests }: OpsOptions = {}): Promise<OpsKit> {
  const kit = await openKit(allModules);
  const config = readConfig(env);
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  const queue = await createQueueBackend({ databaseUrl: kit.urls.app, concurrency: 0 });
  const system = { config, log, runtime: kit.runtime };
  const parts = { system, queue, metrics: new Metrics(system) };
  const api = role === 'worker' ? null : await openApi(kit, config.isProduction, { ...parts, requests });
  const app = api?.app ?? (await createWorkerApp(opsModule(parts), log));
  const traffic = await addPages(app, {
    ...parts,
    role,
    door: api?.door,
    demo: demo ?? null,
    tenantOf: (request) => api?.tenantOf(request.headers.authorization) ?? null,
  });
  await prepare?.(app, kit);
  await app.listen(0, '127.0.0.1');
  let stopped = false;
  const stopHttp = async (withinMs?: number) => {
    if (stopped) return;
    stopped = true;
    await closeGently(app, traffic, log, withinMs);
  };
  return {
    kit,
    app,
    queue,
    lines,
    stopHttp,
    url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`,
    close: async () => {
      await stopHttp();
      await api?.stop();
      await queue.close().catch(() => undefined); // a test may have closed it before
      await kit.close();
    },
  };
}

const limitsOf = ({ runtime }: Kit, limit: number): RateLimits => ({
  store: postgresQuotas(runtime.database.pool),
  principal: { name: 'principal', limit, seconds: 3600 },
  address: null,
});

async function openApi(
  kit: Kit,
  isProduction: boolean,
  { requests, ...parts }: Parameters<typeof opsModule>[0] & { requests: number | undefined },
) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { active: { kid: 'k1', privateKey }, publicKeys: new Map([['k1', publicKey]]) };
  const auth = await wireAuth(kit.runtime, {
    tokens: { keys, issuer: 'https://kontor.test', audience: 'kontor' },
    databaseUrl: kit.urls.app,
  });
  const feed = new EventFeed({ databaseUrl: kit.urls.app });
  await feed.start();
  const api: { made?: Api } = {};
  const { app, door } = (api.made = await createApi({
    runtime: kit.runtime,
    auth,
    feed,
    cursorSecret: 'test',
    isProduction,
    trustProxy: false,
    ...(requests === undefined ? {} : { rateLimits: limitsOf(kit, requests) }),
    log: parts.system.log,
    extra: [opsModule({ ...parts, isWarm: () => api.made?.schemas.isWarm ?? false })],
  }));
  const tenantOf = (header: string | undefined) => auth.authenticator.recall(header)?.tenantId ?? null;
  return {
    app,
    door,
    tenantOf,
    stop: async () => {
      await feed.stop();
      await auth.stop();
    },
  };
}

/** A company whose administrator has just signed in. */
export async function signIn({ kit, url }: OpsKit): Promise<{ readonly tenantId: string; readonly authorization: string }> {
  const email = 'admin@example.test';
  const { tenantId } = await provisionTenant(kit.runtime, {
    slug: 'ops',
    name: 'Company',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    locale: 'en',
    admin: { email, name: 'Ada Admin', password },
  });
  const response = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { tenantId, authorization: `Bearer ${accessToken}` };
}
