import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { invalid, unavailable } from '#kernel/errors/domain-error.js';
import type { MailTemplateSource, RenderedMail, TemplateRenderer } from '#kernel/ports/ports.js';

export interface TemplateRendererOptions {
  /** Threads, started when first needed. */
  readonly threads?: number;
  /** A rendering that takes more processor time loses its thread. */
  readonly killAfterMs?: number;
  /** Renderings that may wait for a thread before new ones are turned away. */
  readonly maxWaiting?: number;
}

interface Rendering {
  readonly request: { readonly template: MailTemplateSource; readonly values: Readonly<Record<string, unknown>> };
  resolve(mail: RenderedMail): void;
  reject(error: Error): void;
}
interface Reply {
  readonly ready?: true;
  readonly mail?: RenderedMail;
  readonly problem?: string;
}
interface Thread {
  readonly worker: Worker;
  state: 'starting' | 'idle' | 'busy' | 'dead';
  current: Rendering | null;
  timer: NodeJS.Timeout | undefined;
}

const START_WITHIN_MS = 20_000;
/** Whatever the processor was busy with, a rendering ends after that many times its limit. */
const PATIENCE = 20;
/** A thread that is deep in native code does not answer. */
const ASK_WITHIN_MS = 2_000;
/** From source (tests) the worker is loaded from source too. */
const workerFile = new URL(`./template-renderer.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Fills templates in threads that can be killed: a template is written by a user, and the limits of the template language
 * have been got round before. A killed thread is replaced; the time to start one is not counted against a rendering.
 */
export class ThreadedTemplateRenderer implements TemplateRenderer {
  private readonly threads = new Set<Thread>();
  private readonly waiting: Rendering[] = [];
  private closed = false;
  private readonly max: number;
  private readonly killAfterMs: number;
  private readonly maxWaiting: number;

  constructor(options: TemplateRendererOptions = {}) {
    this.max = options.threads ?? 2;
    this.killAfterMs = options.killAfterMs ?? 500;
    this.maxWaiting = options.maxWaiting ?? 5000;
  }

  render(template: MailTemplateSource, values: Readonly<Record<string, unknown>>): Promise<RenderedMail> {
    if (this.closed || this.waiting.length >= this.maxWaiting) {
      return Promise.reject(unavailable('email_template.renderer_busy', 'Templates cannot be filled just now; try again.'));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ request: { template, values }, resolve, reject });
      this.dispatch();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const rendering of this.waiting.splice(0)) rendering.reject(stopped());
    await Promise.all([...this.threads].map((thread) => this.kill(thread, stopped())));
  }

  private dispatch(): void {
    while (this.waiting.length > 0) {
      const idle = [...this.threads].find((thread) => thread.state === 'idle');
      if (!idle) {
        const starting = [...this.threads].filter((thread) => thread.state === 'starting').length;
        if (this.threads.size < this.max && starting < this.waiting.length) this.start();
        return;
      }
      const rendering = this.waiting.shift();
      if (rendering) this.run(idle, rendering);
    }
  }

  private start(): void {
    const worker = new Worker(workerFile, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    const thread: Thread = { worker, state: 'starting', current: null, timer: undefined };
    this.threads.add(thread);
    thread.timer = setTimeout(() => this.startFailed(thread, new Error('it did not start in time')), START_WITHIN_MS);
    worker.on('message', (reply: Reply) => this.heard(thread, reply));
    worker.on('error', (error: Error) =>
      thread.state === 'starting' ? this.startFailed(thread, error) : void this.kill(thread, overLimit()),
    );
    worker.on('exit', () => void this.kill(thread, overLimit()));
    worker.unref();
    this.dispatch();
  }

  private run(thread: Thread, rendering: Rendering): void {
    thread.state = 'busy';
    thread.current = rendering;
    // A thread at work keeps the process alive; an idle one does not.
    thread.worker.ref();
    void this.watch(thread, rendering);
    thread.worker.postMessage(rendering.request);
  }

  /** Judges a rendering by the processor time it took: on a busy machine an innocent one takes long by the clock on the wall. */
  private async watch(thread: Thread, rendering: Rendering): Promise<void> {
    const until = performance.now() + this.killAfterMs * PATIENCE;
    const before = await used(thread.worker);
    const look = async (): Promise<void> => {
      const spent = performance.now() > until ? Infinity : (await used(thread.worker)) - before;
      if (thread.current !== rendering) return;
      if (spent >= this.killAfterMs) return this.kill(thread, overLimit());
      thread.timer = setTimeout(() => void look(), Math.max(20, this.killAfterMs - spent));
    };
    if (thread.current === rendering) thread.timer = setTimeout(() => void look(), this.killAfterMs);
  }

  private heard(thread: Thread, reply: Reply): void {
    if (thread.state === 'dead') return;
    clearTimeout(thread.timer);
    const { current } = thread;
    thread.state = 'idle';
    thread.current = null;
    thread.worker.unref();
    if (reply.mail) current?.resolve(reply.mail);
    else if (reply.problem !== undefined) current?.reject(failed(reply.problem));
    this.dispatch();
  }

  private async kill(thread: Thread, reason: Error): Promise<void> {
    if (thread.state === 'dead') return;
    thread.state = 'dead';
    clearTimeout(thread.timer);
    this.threads.delete(thread);
    thread.current?.reject(reason);
    this.dispatch();
    await thread.worker.terminate();
  }

  /** Nobody can be served: better to say so than to start threads for ever. */
  private startFailed(thread: Thread, error: Error): void {
    for (const rendering of this.waiting.splice(0)) {
      rendering.reject(unavailable('email_template.renderer_busy', `The template worker cannot start: ${error.message}.`));
    }
    void this.kill(thread, error);
  }
}

/** Processor time of a thread so far, in ms; endless when it cannot even be asked. */
async function used(worker: Worker): Promise<number> {
  const answer = worker.cpuUsage().then(
    ({ user, system }) => (user + system) / 1000,
    () => Infinity,
  );
  return Promise.race([answer, sleep(ASK_WITHIN_MS, Infinity, { ref: false })]);
}

const stopped = () => unavailable('email_template.renderer_busy', 'The process is stopping.');
const overLimit = () => invalid('email_template.render_limit', 'The template took too long or too much memory and was stopped.');

/** Limits of the template language speak through their messages only. */
function failed(problem: string): Error {
  if (/limit exceeded|is longer than|call stack|allocation failed/i.test(problem)) {
    return invalid('email_template.render_limit', `The template goes beyond its limits: ${problem}.`);
  }
  return invalid('email_template.render_failed', `The template cannot be filled: ${problem}`);
}
