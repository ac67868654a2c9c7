import { createPostgresBackend, isPgPool, Queue, withBackend, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { ClosingPool } from '../db/closing-pool.js';
import { bellId, type Bell, type Doorbell } from './doorbell.js';
import { withTimeLimit } from './time-limit.js';
import { noLog, type TaskLog } from './task-host.js';

/** Few queues, many job names: every worker holds a connection, so a queue per kind of work would eat the database's connections. */
export const queueName = 'kontor';

const onPostgres = withBackend(createPostgresBackend);

export interface QueueConfig {
  /** Redis keeps the queue when set; PostgreSQL does otherwise. */
  readonly redisUrl?: string | undefined;
  /** URL of the application role. */
  readonly databaseUrl: string;
  /** Tasks this process works on at a time; 0 when it only rings. */
  readonly concurrency: number;
  /** Connections of the queue's own pool; enough for `concurrency` when left out. */
  readonly poolSize?: number;
  /** Separates installations that share a Redis. */
  readonly prefix?: string;
  /** How long a worker may be silent before its tasks go to others. */
  readonly lockMs?: number;
  readonly log?: TaskLog;
}

export interface QueueBackend {
  readonly kind: 'postgres' | 'redis';
  readonly doorbell: Doorbell;
  /** For the job board. */
  readonly queue: BoardQueue;
  /** Starts answering. `crashes` tells how many workers have died over the bell. */
  startWorker(answer: (bell: Bell, crashes: number) => Promise<void>): Promise<RunningWorker>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

type RedisQueue = Queue<Bell>;
type PostgresQueue = InstanceType<typeof onPostgres.Queue<Bell>>;
export type BoardQueue = RedisQueue | PostgresQueue;

export interface RunningWorker {
  /** Waits for tasks that run, at most `withinMs`; what is left is taken over by others. */
  stop(withinMs: number): Promise<void>;
}

const ringLimitMs = 5_000;

// Workers hold one connection for LISTEN for ever; the rest is for claiming, finishing, renewing locks and ringing.
const headroom = 4;
export const poolSizeFor = (concurrency: number): number => (concurrency > 0 ? 1 : 0) + Math.min(concurrency, 8) + headroom;

/** What the log needs of a lost connection. The errors of drivers hang on to the connection itself, secrets and all. */
const because = (err: Error) => ({ err: { message: err.message, ...('code' in err ? { code: err.code } : {}) } });

/** BullMQ on PostgreSQL or Redis behind one face. The queue tables must exist: see `migrateQueue`. */
export async function createQueueBackend(config: QueueConfig): Promise<QueueBackend> {
  const log = config.log ?? noLog;
  const backend = config.redisUrl ? redisBackend(config, config.redisUrl, log) : postgresBackend(config, log);
  try {
    await withTimeLimit(backend.queue.waitUntilReady(), 15_000, 'Reaching the queue');
    return backend;
  } catch (error) {
    await backend.close().catch(() => undefined);
    throw error;
  }
}

function postgresBackend(config: QueueConfig, log: TaskLog): QueueBackend {
  const pool = new ClosingPool({
    connectionString: config.databaseUrl,
    max: checkedPoolSize(config),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'kontor-queue',
    // The queue is a doorbell: a ring lost in a crash of PostgreSQL is rung again, so no commit here need wait for the disk.
    options: '-c search_path=bullmq -c synchronous_commit=off -c statement_timeout=15000',
  });
  pool.on('error', (err) => log.warn(because(err), 'The queue lost a connection to PostgreSQL'));
  if (!isPgPool(pool)) throw new Error('BullMQ does not take this pool: the versions of bullmq and pg do not fit.');
  const connection = { connection: pool };
  return assemble({
    kind: 'postgres',
    log,
    queue: new onPostgres.Queue<Bell>(queueName, { ...connection, ...queueOptions }),
    openWorker: (process) => new onPostgres.Worker<Bell, void>(queueName, process, { ...connection, ...workerOptions(config) }),
    ping: () => pool.query('select 1'),
    disconnect: () => pool.end(),
  });
}

/** A pool that is too small does not fail, it hangs without a word: so refuse it while somebody is looking. */
function checkedPoolSize({ poolSize, concurrency }: QueueConfig): number {
  const needed = poolSizeFor(concurrency);
  if (poolSize !== undefined && poolSize < needed) {
    throw new Error(
      `The queue has ${poolSize} connections, but ${concurrency} tasks at a time need ${needed}: allow more, or lower the concurrency.`,
    );
  }
  return poolSize ?? needed;
}

function redisBackend(config: QueueConfig, redisUrl: string, log: TaskLog): QueueBackend {
  // Ringing gives up soon when Redis is away, for the clock rings again; workers wait for it to come back.
  const ringing = openRedis(redisUrl, 'kontor-ring', 1, log);
  const working = config.concurrency > 0 ? openRedis(redisUrl, 'kontor-work', null, log) : ringing;
  const prefix = config.prefix ?? 'kontor';
  return assemble({
    kind: 'redis',
    log,
    queue: new Queue<Bell>(queueName, { connection: ringing, prefix, ...queueOptions }),
    openWorker: (process) => new Worker<Bell, void>(queueName, process, { connection: working, prefix, ...workerOptions(config) }),
    ping: () => ringing.ping(),
    disconnect: () => {
      ringing.disconnect();
      working.disconnect();
      return Promise.resolve();
    },
  });
}

function openRedis(url: string, connectionName: string, maxRetriesPerRequest: number | null, log: TaskLog): Redis {
  const redis = new Redis(url, {
    connectionName,
    maxRetriesPerRequest,
    retryStrategy: (tries) => Math.min(50 * 2 ** Math.min(tries, 6), 2_000),
  });
  redis.on('error', (err) => log.warn(because(err), 'The queue lost Redis'));
  return redis;
}

const queueOptions = {
  skipMetasUpdate: false,
  streams: { events: { maxLen: 1_000 } },
  defaultJobOptions: {
    // Tries of the bell, not of the task: a bell fails only when the database could not be asked.
    attempts: 5,
    backoff: { type: 'exponential', delay: 500 },
    removeOnComplete: true,
    // A failed bell that stayed would keep its id taken and so swallow the next ring.
    removeOnFail: true,
  },
};

// Bells are safe to answer twice, so a silent worker is given up early.
const workerOptions = ({ concurrency, lockMs = 6_000 }: QueueConfig) => ({
  concurrency,
  lockDuration: lockMs,
  stalledInterval: Math.ceil(lockMs / 2),
  maxStalledCount: 10,
  drainDelay: 5,
});

type Process = (job: Job<Bell>) => Promise<void>;

interface Parts {
  readonly kind: 'postgres' | 'redis';
  readonly log: TaskLog;
  readonly queue: BoardQueue;
  readonly openWorker: (process: Process) => OpenWorker;
  readonly ping: () => Promise<unknown>;
  readonly disconnect: () => Promise<void>;
}

interface OpenWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  pause(doNotWaitActive: boolean): Promise<void>;
  close(force: boolean): Promise<void>;
}

function assemble({ kind, log, queue, openWorker, ping, disconnect }: Parts): QueueBackend {
  queue.on('error', (err: Error) => log.warn(because(err), 'The queue had trouble'));
  return {
    kind,
    queue,
    doorbell: { ring: (bells) => withTimeLimit(ring(queue, bells), ringLimitMs, 'Ringing') },
    startWorker: (answer) => startWorker(openWorker, answer, log),
    ping: async () => {
      await withTimeLimit(ping(), ringLimitMs, 'Asking the queue');
    },
    close: async () => {
      await withTimeLimit(queue.close(), ringLimitMs, 'Closing the queue').catch((err: unknown) =>
        log.warn({ err }, 'The queue did not close'),
      );
      await disconnect();
    },
  };
}

async function ring(queue: BoardQueue, bells: readonly Bell[]): Promise<void> {
  const [only] = bells;
  if (bells.length === 1 && only) await queue.add(only.name, only, { jobId: bellId(only) });
  else await queue.addBulk(bells.map((bell) => ({ name: bell.name, data: bell, opts: { jobId: bellId(bell) } })));
}

async function startWorker(
  open: Parts['openWorker'],
  answer: (bell: Bell, crashes: number) => Promise<void>,
  log: TaskLog,
): Promise<RunningWorker> {
  const active = new Set<Promise<void>>();
  const worker = open(async (job) => {
    const answering = answer({ ...job.data, dueAt: new Date(job.data.dueAt) }, job.stalledCounter);
    active.add(answering);
    try {
      await answering;
    } finally {
      active.delete(answering);
    }
  });
  worker.on('error', (err) => log.warn(because(err), 'The worker had trouble'));
  await withTimeLimit(worker.waitUntilReady(), 15_000, 'Starting the worker');
  return {
    stop: async (withinMs) => {
      await worker.pause(true);
      const idle = async (): Promise<void> => {
        while (active.size > 0) await Promise.allSettled([...active]);
      };
      const leave = (err: unknown): void => log.warn({ err, left: active.size }, 'Tasks were left to others');
      await withTimeLimit(idle(), withinMs, 'Finishing tasks').catch(leave);
      // What hangs is left at once, with its lock. Else a bell that was being fetched when the worker paused is still answered.
      if (active.size > 0) await worker.close(true);
      else await withTimeLimit(worker.close(false), withinMs, 'Finishing tasks').catch(leave);
    },
  };
}
