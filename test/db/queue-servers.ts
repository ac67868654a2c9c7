import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { migrateQueue } from '#kernel/jobs/migrate-queue.js';
import { createQueueBackend, type QueueBackend } from '#kernel/jobs/queue-backend.js';
import { asSuper, type Probe } from './task-probe.js';

/** Where the contract suite keeps its queue. */
export interface QueueServer {
  open(probe: Probe, concurrency?: number): Promise<QueueBackend>;
  /** Loses everything that is queued. */
  flush(probe: Probe): Promise<void>;
  /** Takes the server, or all connections to it, away for a while. */
  outage(probe: Probe, meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const lockMs = 1_500;

export const postgresServer = (): QueueServer => ({
  open: async (probe, concurrency = 4) => {
    await migrateQueue(probe.kit.urls.owner);
    return createQueueBackend({ databaseUrl: probe.kit.urls.app, concurrency, lockMs });
  },
  flush: async (probe) => {
    await probe.kit.asOwner('truncate bullmq.job cascade');
  },
  outage: async (probe, meanwhile) => {
    const cut = () =>
      asSuper(
        probe.kit,
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('kontor-queue', 'kontor') and datname = current_database()`,
      );
    await cut();
    await sleep(100); // a pool learns of a cut connection a moment later
    await meanwhile();
    await cut();
    await sleep(100);
  },
  close: () => Promise.resolve(),
});

export const redisUrl = process.env['TEST_REDIS_URL'];
export const hasRedis = redisUrl !== undefined || spawnSync('redis-server', ['--version']).status === 0;

export function redisServer(): QueueServer {
  let own: OwnRedis | null = null;
  const prefix = `test-${randomUUID()}`;
  const url = async () => redisUrl ?? (own ??= await OwnRedis.start()).url;
  return {
    open: async (probe, concurrency = 4) =>
      createQueueBackend({ redisUrl: await url(), databaseUrl: probe.kit.urls.app, concurrency, lockMs, prefix }),
    flush: async () => {
      const client = new Redis(await url());
      const keys = await client.keys(`${prefix}:*`);
      if (keys.length > 0) await client.del(keys);
      client.disconnect();
    },
    outage: async (_probe, meanwhile) => {
      await own?.kill();
      await meanwhile();
      await own?.revive();
    },
    close: async () => {
      await own?.kill();
    },
  };
}

/** A redis-server of our own that keeps nothing on disk. */
export class OwnRedis {
  private constructor(
    private readonly port: number,
    private server: ChildProcess,
  ) {}

  static async start(): Promise<OwnRedis> {
    const port = await freePort();
    return new OwnRedis(port, await launch(port));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const gone = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGKILL');
    await gone;
  }

  async revive(): Promise<void> {
    this.server = await launch(this.port);
  }
}

async function launch(port: number): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error('redis-server did not start.')));
  });
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
