import { inspect } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FrontDoor } from '#api/door/front-door.js';
import { Channel } from '#kernel/db/channel.js';
import { createQueueBackend, poolSizeFor, type QueueBackend } from '#kernel/jobs/queue-backend.js';
import { startTasks, type TaskProcess } from '#kernel/jobs/start-tasks.js';
import { EventFeed } from '#kernel/outbox/listen.js';
import { wireAuth, type Auth } from './auth-wiring.js';
import { banner } from './banner.js';
import { readConfig, type Config } from './config.js';
import { assertConnectionBudget } from './connection-budget.js';
import { createApi, type Api } from './create-api.js';
import { assertAppRole } from './database-role.js';
import { demoLogin, ensureDemo } from './demo/ensure-demo.js';
import { loadJwtKeys } from './keys.js';
import { listenErrors } from './listen-errors.js';
import { closeGently } from './ops/close-gently.js';
import { Metrics } from './ops/metrics.js';
import { opsModule } from './ops/ops.module.js';
import { addPages } from './ops/pages.js';
import { createWorkerApp } from './ops/worker-app.js';
import { OperatorError } from './postgres/failure.js';
import { openRateLimiting } from './rate-limiting.js';
import { reach } from './reach.js';
import { onStopSignal } from './stop-signals.js';
import { makeLog, openSystem, type System } from './system.js';

export type Role = 'all' | 'api' | 'worker';

/** Tasks a process works on at a time; each holds a connection of the data pool while it runs, beside those of requests. */
const workerConcurrency = 8;

/** Starts a process of the given role and keeps it running until it is told to stop. */
export async function serve(role: Role): Promise<void> {
  try {
    await start(role);
  } catch (error) {
    // What an operator can put right is said in a sentence; anything else is a defect and shows where it happened.
    process.stderr.write(`${error instanceof OperatorError ? `Kontor cannot start. ${error.message}` : inspect(error)}\n`);
    process.exit(1);
  }
}

async function start(role: Role): Promise<void> {
  const config = readConfig();
  const log = makeLog(config);
  const stops: (() => Promise<unknown>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  onStopSignal(stopAll);
  try {
    const dataPool = config.dbPoolSize + (role === 'api' ? 0 : workerConcurrency);
    const system = await openSystem({ ...config, dbPoolSize: dataPool }, log);
    stops.push(() => system.stop());
    if (role === 'all') refuseSecond(system);
    await assertAppRole(system.runtime.database);
    await assertConnectionBudget(system.runtime.database, { data: dataPool, queue: queuePool(config) });
    const isDemo = role === 'all' && !config.isProduction && config.database === null;
    if (isDemo) await ensureDemo(system.runtime);
    const metrics = new Metrics(system);
    const queue = await openQueue(system, role);
    stops.push(() => queue.close());
    const tasks =
      role === 'api'
        ? null
        : await startTasks(system.runtime, queue, { log, onOutcome: (name, outcome, seconds) => metrics.task(name, outcome, seconds) });
    if (tasks) stops.push(() => tasks.stop(10_000));
    const app = await openHttp(system, { role, queue, metrics, tasks, stops, isDemo });
    if (role !== 'worker') process.stdout.write(banner(config, await app.getUrl(), isDemo));
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** Two complete Kontors on the same data: the one that started the database would take it away when it stops. */
function refuseSecond({ config, postgres }: System): void {
  if (!postgres.isJoined) return;
  throw new OperatorError(
    `Another Kontor already runs on the data in ${config.home}. Stop it first, or give this one a folder of its own with KONTOR_HOME; several processes over the same data need DATABASE_URL (docs/operations.md).`,
  );
}

async function openQueue({ config, postgres, log }: System, role: Role): Promise<QueueBackend> {
  if (config.redisUrl) await reach('REDIS_URL', config.redisUrl, 6379);
  return createQueueBackend({
    redisUrl: config.redisUrl ?? undefined,
    databaseUrl: postgres.appUrl,
    concurrency: role === 'api' ? 0 : workerConcurrency,
    poolSize: queuePool(config),
    log,
  });
}

/** BullMQ holds a connection for every worker and needs some more; less than this hangs. */
const queuePool = (config: Config) => (config.redisUrl ? 0 : Math.max(config.queuePoolSize, poolSizeFor(workerConcurrency)));

interface HttpParts {
  readonly role: Role;
  readonly queue: QueueBackend;
  readonly metrics: Metrics;
  readonly tasks: TaskProcess | null;
  readonly stops: (() => Promise<unknown>)[];
  readonly isDemo: boolean;
}

async function openHttp(system: System, parts: HttpParts): Promise<NestFastifyApplication> {
  const { config, log } = system;
  const { role, queue, metrics, isDemo, stops } = parts;
  const { app, tenantOf, door } = role === 'worker' ? await openWatch(system, parts) : await openApi(system, parts);
  const traffic = await addPages(app, { system, queue, metrics, role, tenantOf, door, demo: isDemo ? demoLogin : null });
  stops.push(() => closeGently(app, traffic, log));
  await app.listen({ port: config.port, host: config.host }).catch((error: unknown) => {
    throw listenErrors(error, config);
  });
  return app;
}

interface OpenApp {
  readonly app: NestFastifyApplication;
  readonly tenantOf: (request: { headers: { authorization?: string | undefined } }) => string | null;
  readonly door: FrontDoor | null;
}

/** A worker answers those who watch it and nobody else. */
async function openWatch(system: System, { queue, metrics, stops }: HttpParts): Promise<OpenApp> {
  stops.push(await hearOfDefinitions(system));
  return {
    app: await createWorkerApp(opsModule({ system, queue, metrics }), countDefects(system, metrics)),
    tenantOf: () => null,
    door: null,
  };
}

/** A worker remembers which definitions a tenant has as long as it hears of changes. An API hears of them with those of rights. */
async function hearOfDefinitions({ runtime, postgres, log }: System): Promise<() => Promise<void>> {
  const channel = new Channel({
    databaseUrl: postgres.appUrl,
    channel: 'kontor_identity',
    onMessage: (tenantId) => runtime.variants.forget(tenantId || null),
    onGap: () => runtime.variants.forget(null),
    log,
  });
  await channel.start();
  runtime.variants.trust(() => channel.hears);
  return () => channel.stop();
}

async function openApi(system: System, { queue, metrics, tasks, stops }: HttpParts): Promise<OpenApp> {
  const { config, log, runtime, postgres } = system;
  const auth = await openAuth(system, tasks);
  stops.push(() => auth.stop());
  const feed = new EventFeed({ databaseUrl: postgres.appUrl, log });
  await feed.start();
  stops.push(() => feed.stop());
  const rates = openRateLimiting(config, runtime.database.pool, log);
  stops.push(() => rates.stop());
  const api: { made: Api | null } = { made: null };
  const { app, door } = (api.made = await createApi({
    runtime,
    auth,
    rateLimits: rates.limits,
    feed,
    log: countDefects(system, metrics),
    cursorSecret: system.signer.keyFor('cursor').toString('base64url'),
    isProduction: config.isProduction,
    introspection: config.introspection,
    trustProxy: config.trustProxy,
    extra: [opsModule({ system, queue, metrics, isWarm: () => api.made?.schemas.isWarm ?? false })],
  }));
  return { app, door, tenantOf: ({ headers }) => auth.authenticator.recall(headers.authorization)?.tenantId ?? null };
}

const countDefects = ({ log }: System, metrics: Metrics) => ({
  error: (details: object, message: string) => {
    metrics.defect();
    log.error(details, message);
  },
});

const openAuth = (system: System, tasks: TaskProcess | null): Promise<Auth> =>
  wireAuth(system.runtime, {
    tokens: { keys: loadJwtKeys(system.config), issuer: system.config.publicUrl, audience: 'kontor' },
    databaseUrl: system.postgres.appUrl,
    // What was just committed need not wait for the worker's next look.
    onCommit: () => tasks?.hint(),
    // Everybody knows the demo login.
    closedTo: system.config.isProduction ? [demoLogin.email] : [],
    log: system.log,
  });
