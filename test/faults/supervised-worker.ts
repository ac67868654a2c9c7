import { setTimeout as sleep } from 'node:timers/promises';
import { KontorProcess } from './kontor-process.ts';

/** A worker that is started again whenever it ends, as every supervisor of an operator does. */
export class SupervisedWorker {
  kills = 0;
  /** Ends nobody asked for, after it was ready. */
  readonly ownEnds: string[] = [];
  readonly complaints: string[] = [];
  private current: KontorProcess | null = null;
  private ready: Promise<KontorProcess | null> = Promise.resolve(null);
  private closing = false;
  private readonly env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv) {
    this.env = env;
  }

  start(): Promise<KontorProcess | null> {
    this.ready = this.launch();
    return this.ready;
  }

  /** Waits until it works again. */
  whenReady(): Promise<KontorProcess | null> {
    return this.ready;
  }

  /** Kills it without a warning; it is started again at once. */
  async kill(): Promise<void> {
    const process = this.current;
    if (!process?.isAlive) return;
    this.kills += 1;
    this.current = null;
    await process.kill();
    this.keep(process);
    void this.start();
  }

  async stop(): Promise<void> {
    this.closing = true;
    const process = (await this.ready) ?? this.current;
    this.current = null;
    if (!process) return;
    await process.stop();
    this.keep(process);
  }

  private async launch(): Promise<KontorProcess | null> {
    for (;;) {
      if (this.closing) return null;
      const process = await KontorProcess.start('worker', this.env).catch(() => null);
      if (process) {
        this.current = process;
        void process.end.then(({ code, signal }) => this.onEnd(process, `code ${code}, signal ${signal}`));
        return process;
      }
      await sleep(300);
    }
  }

  private onEnd(process: KontorProcess, how: string): void {
    if (this.current !== process || this.closing) return;
    this.ownEnds.push(how);
    this.keep(process);
    void this.start();
  }

  private keep(process: KontorProcess): void {
    this.complaints.push(...process.complaints);
  }
}
