import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#app/postgres/cluster-file.js';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly seconds: number;
}

const patienceMs = 180_000;
const alive = new Set<ChildProcess>();
// Whatever ends this process, its children do not outlive it.
process.once('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

/** One process of the product, as an operator would start it. */
export class KontorProcess {
  readonly url: string;
  /** Lines of its log from level `error` on, and what it said outside of it. */
  readonly complaints: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<Omit<Ending, 'seconds'>>;

  private constructor(entry: 'api' | 'worker', port: number, env: NodeJS.ProcessEnv) {
    this.url = `http://127.0.0.1:${port}`;
    this.child = spawn(process.execPath, ['--enable-source-maps', resolve(`dist/main.${entry}.js`)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env, PORT: String(port) },
    });
    alive.add(this.child);
    this.ended = once(this.child, 'exit').then(([code, signal]: unknown[]) => {
      alive.delete(this.child);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    this.child.stdout?.on('data', (text: Buffer) => this.hear(text.toString().match(/^\{"level":[56]0,.*$/gm) ?? []));
    this.child.stderr?.on('data', (text: Buffer) =>
      this.hear(
        text
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      ),
    );
  }

  /** Rejects when it ended before it answered: the database may be away. */
  static async start(entry: 'api' | 'worker', env: NodeJS.ProcessEnv): Promise<KontorProcess> {
    const started = new KontorProcess(entry, await freePort(0), env);
    const until = performance.now() + patienceMs;
    while (started.isAlive && performance.now() < until) {
      if (
        await fetch(`${started.url}/livez`).then(
          (r) => r.ok,
          () => false,
        )
      )
        return started;
      await sleep(50);
    }
    if (started.isAlive) await started.kill();
    throw new Error(`The ${entry} did not start: ${started.complaints.join(' ').slice(0, 2_000)}`);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when the process has ended, however it did. */
  get end(): Promise<Omit<Ending, 'seconds'>> {
    return this.ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** It stands still until it is thawed or killed. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Asks it to stop and waits until it has. */
  async stop(): Promise<Ending> {
    const began = performance.now();
    this.child.kill('SIGTERM');
    const ending = await this.ended;
    return { ...ending, seconds: (performance.now() - began) / 1000 };
  }

  private hear(lines: readonly string[]): void {
    if (this.complaints.length < 200) this.complaints.push(...lines);
  }
}
