import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#app/embedded-postgres.js';
import { freePort } from '#app/postgres/cluster-file.js';
import { isAlive, waitUntilGone } from '#app/postgres/process-identity.js';
import { KontorProcess } from './kontor-process.ts';
import { SupervisedWorker } from './supervised-worker.ts';

export interface InstallationOptions {
  readonly smtpUrl: string;
  readonly workers: number;
  /** `own`: a redis-server of its own; an address: that one. Left out: queues in PostgreSQL. */
  readonly redis?: string | undefined;
}

/** A whole installation of separate processes: PostgreSQL of its own, perhaps Redis, one API, some workers. Any of them may be killed. */
export class Installation {
  readonly workers: SupervisedWorker[];
  private api: KontorProcess | null = null;
  private readonly loneWorkers: KontorProcess[] = [];
  private readonly home: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly redis: OwnRedis | null;
  private readonly redisUrl: string | null;
  private postgres: EmbeddedPostgres;

  private constructor(parts: { home: string; postgres: EmbeddedPostgres; redis: OwnRedis | null; options: InstallationOptions }) {
    const { home, postgres, redis, options } = parts;
    this.home = home;
    this.postgres = postgres;
    this.redis = redis;
    this.redisUrl = redis?.url ?? options.redis ?? null;
    this.env = {
      KONTOR_HOME: join(home, 'kontor'),
      PUBLIC_URL: 'http://faults.example', // tokens stay good when the API comes back at another port
      DATABASE_URL: postgres.appUrl,
      SMTP_URL: options.smtpUrl,
      LOG_LEVEL: 'error',
      ...(this.redisUrl === null ? {} : { REDIS_URL: this.redisUrl }),
    };
    this.workers = Array.from({ length: options.workers }, () => new SupervisedWorker(this.env));
  }

  static async open(options: InstallationOptions): Promise<Installation> {
    // Of this prefix: the set-up of the tests removes what a killed run leaves behind.
    const home = mkdtempSync(join(tmpdir(), 'kontor-test-faults-'));
    // Durable: a commit that was answered must outlive the server it was made on.
    const postgres = await startEmbeddedPostgres({ home, durable: true });
    const redis = options.redis === 'own' ? await OwnRedis.start() : null;
    const made = new Installation({ home, postgres, redis, options });
    await made.startApi().catch(async (error: unknown) => {
      await made.close();
      throw error;
    });
    return made;
  }

  get url(): string {
    return this.running.url;
  }
  get appUrl(): string {
    return this.postgres.appUrl;
  }
  /** Where files lie. */
  get files(): string {
    return join(this.home, 'kontor', 'files');
  }
  get apiComplaints(): readonly string[] {
    return this.running.complaints;
  }
  get hasRedis(): boolean {
    return this.redisUrl !== null;
  }

  async startWorkers(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.start()));
  }

  /** One that nobody starts again. */
  async startLoneWorker(): Promise<KontorProcess> {
    const worker = await KontorProcess.start('worker', this.env);
    this.loneWorkers.push(worker);
    return worker;
  }

  stopApi() {
    return this.running.stop();
  }

  async startApi(): Promise<void> {
    this.api = await KontorProcess.start('api', { ...this.env, DATABASE_OWNER_URL: this.postgres.ownerUrl });
  }

  /** PostgreSQL ends at once, as after `pg_ctl stop -m immediate`: no checkpoint, no word to anybody. */
  async crashPostgres(): Promise<void> {
    const { pid } = this.postgres;
    process.kill(pid, 'SIGQUIT');
    if (!(await waitUntilGone(pid, 20_000))) throw new Error('PostgreSQL did not end.');
  }

  async revivePostgres(): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ home: this.home, durable: true });
    if (this.postgres.appUrl !== this.env['DATABASE_URL']) throw new Error('PostgreSQL came back at another address.');
  }

  /** Redis forgets everything. */
  async flushRedis(): Promise<void> {
    if (this.redisUrl === null) return;
    const client = new Redis(this.redisUrl);
    await client.flushall();
    client.disconnect();
  }

  /** As superuser, past the walls between tenants. */
  async sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = await this.session();
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** A session of the superuser, for whoever holds something for a while. */
  async session(): Promise<pg.Client> {
    const url = new URL(this.postgres.superUrl);
    url.pathname = '/kontor';
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
    for (const one of [this.api, ...this.loneWorkers]) if (one?.isAlive) await one.kill();
    await this.redis?.kill();
    if (isAlive(this.postgres.pid)) await this.postgres.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  private get running(): KontorProcess {
    if (!this.api) throw new Error('The API has not been started.');
    return this.api;
  }
}

/** A redis-server that keeps nothing on disk. */
class OwnRedis {
  readonly url: string;
  private readonly server: ChildProcess;

  private constructor(port: number, server: ChildProcess) {
    this.url = `redis://127.0.0.1:${port}`;
    this.server = server;
    process.once('exit', () => server.kill('SIGKILL'));
  }

  static async start(): Promise<OwnRedis> {
    const port = await freePort(0);
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
    const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      server.stdout.on('data', (text: Buffer) => {
        if (text.includes('Ready to accept connections')) resolve();
      });
      server.once('error', reject);
      server.once('exit', () => reject(new Error('redis-server did not start.')));
    });
    return new OwnRedis(port, server);
  }

  async kill(): Promise<void> {
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const gone = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await gone;
  }
}
