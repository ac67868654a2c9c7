import { setTimeout as sleep } from 'node:timers/promises';
import { sealAudit } from '#kernel/audit/seal-audit.js';
import { relayOutbox, subscriptionsOf, type Subscriptions } from '#kernel/outbox/relay.js';
import type { Exec } from '#kernel/outbox/exec.js';
import type { Doorbell } from './doorbell.js';
import { periodicJobs, planPeriodic, reclaimExpired, ringDue, unring, type PeriodicJob } from './due-tasks.js';
import { purgeFinished } from './inspect.js';
import { JumpGuard } from './jump-guard.js';
import { doorsOf, noLog, type TaskHost, type TaskLog } from './task-host.js';

export interface TaskClockOptions {
  readonly log?: TaskLog;
  /** Bells ringing at a time over all processes: small enough that no tenant waits long behind another, large enough to keep workers busy. */
  readonly window?: number;
  readonly patienceMs?: number;
  /** How long finished tasks and told events are kept. */
  readonly retentionDays?: number;
}

/** Between two looks even when there is work: what comes in meanwhile is told and rung together. */
const leastMs = 15;
const quickestMs = 100;
const slowestMs = 250;
const afterRingTroubleMs = 1_000;
const reclaimEveryMs = 1_000;
const purgeEveryMs = 10 * 60_000;
const purgeBatch = 5_000;
/** Entries of the audit are chained so long after their commit at most, when there is not too much else to do. */
const sealEveryMs = 1_000;

/** Looks again and again what has happened and what is due, and rings for it. Any number of processes may have one. */
export class TaskClock {
  private readonly doors: Exec;
  private readonly log: TaskLog;
  private readonly subscriptions: Subscriptions;
  private readonly periodic: readonly PeriodicJob[];
  private readonly jumps: JumpGuard;
  private readonly lastRun = new Map<string, number>();
  private stopped = false;
  private hinted = false;
  private wake: () => void = () => undefined;
  private ringAgainAt = 0;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: TaskHost,
    private readonly doorbell: Doorbell,
    private readonly options: TaskClockOptions = {},
  ) {
    this.doors = doorsOf(host);
    this.log = options.log ?? noLog;
    this.subscriptions = subscriptionsOf(host.registry);
    this.periodic = periodicJobs(host.registry.tasks.values());
    this.jumps = new JumpGuard(host.clock);
  }

  start(): void {
    this.running = this.loop();
  }

  /** Something was committed in this process: look at once. */
  hint(): void {
    this.hinted = true;
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  private async loop(): Promise<void> {
    let pauseMs = quickestMs;
    while (!this.stopped) {
      this.hinted = false;
      const busy = await this.tick().catch((err: unknown) => {
        this.log.error({ err }, 'The clock of tasks could not look; it tries again');
        return false;
      });
      pauseMs = busy ? quickestMs : Math.min(pauseMs * 1.25, slowestMs);
      await sleep(leastMs);
      if (!busy && !this.hinted && !this.stopped) await this.pause(pauseMs);
    }
  }

  /** One look. True when there was something to do, and so probably is more. */
  async tick(): Promise<boolean> {
    const now = this.host.clock.now();
    await this.every('reclaim', reclaimEveryMs, () => this.reclaim(now));
    await this.every('purge', purgeEveryMs, () => this.purge(now));
    await this.every('seal', sealEveryMs, () => this.seal());
    await this.everyMinute(now);
    const told = await relayOutbox(this.doors, this.subscriptions, now);
    const rung = await this.ring(now);
    return told > 0 || rung > 0;
  }

  private async seal(): Promise<void> {
    await sealAudit(this.doors);
  }

  private async ring(now: Date): Promise<number> {
    if (performance.now() < this.ringAgainAt) return 0;
    const bells = await ringDue(this.doors, now, { window: this.options.window ?? 500, patienceMs: this.options.patienceMs ?? 30_000 });
    if (bells.length === 0) return 0;
    try {
      await this.doorbell.ring(bells);
      return bells.length;
    } catch (err) {
      this.log.warn({ err, bells: bells.length }, 'The queue does not answer; due tasks wait for it');
      this.ringAgainAt = performance.now() + afterRingTroubleMs;
      await unring(this.doors, bells);
      return 0;
    }
  }

  private async reclaim(now: Date): Promise<void> {
    if (this.jumps.jumped()) this.log.warn({}, 'The clock of this machine jumped; no lease ends early because of it');
    if (this.jumps.settling()) return;
    const reclaimed = await reclaimExpired(this.doors, now);
    if (reclaimed > 0) this.log.warn({ reclaimed }, 'Effects were taken back from workers that disappeared');
  }

  private async purge(now: Date): Promise<void> {
    const before = new Date(now.getTime() - (this.options.retentionDays ?? 30) * 86_400_000);
    while (!this.stopped && (await purgeFinished(this.doors, before, purgeBatch)) >= purgeBatch);
  }

  /** New tenants get their tasks of the present period within the minute. */
  private async everyMinute(now: Date): Promise<void> {
    const minute = Math.floor(now.getTime() / 60_000);
    if (this.lastRun.get('plan') === minute) return;
    await planPeriodic(this.doors, this.periodic, now);
    this.lastRun.set('plan', minute);
  }

  private async every(what: string, ms: number, run: () => Promise<void>): Promise<void> {
    const last = this.lastRun.get(what);
    if (last !== undefined && performance.now() - last < ms) return;
    await run();
    this.lastRun.set(what, performance.now());
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }
}
