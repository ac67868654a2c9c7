import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from '#kernel/access/actor.js';
import type { EffectContext, PartOf, RetryPolicy } from '#kernel/usecase/define-job.js';
import { backoffMs } from './backoff.js';
import type { Bell } from './doorbell.js';
import { failureText } from './failure-text.js';
import { handlersOf, type Handler, type Handlers } from './handlers.js';
import { revive } from './payload.js';
import { layDown, restsOf, type Rest } from './resting.js';
import type { TaskHost, TaskWork } from './task-host.js';
import { completeLeased, completeLocked, leaseTask, lockTask, recordFailure, renewLease, type ClaimedTask } from './task-row.js';
import { OutOfTime, withTimeLimit } from './time-limit.js';

/** `nothing`: done already, not due yet, or in somebody else's hands. */
export type TaskOutcome = 'done' | 'retry' | 'failed' | 'nothing';

export interface TaskRunnerOptions {
  /** Longest run of one handler. */
  readonly limitMs?: number;
  readonly random?: () => number;
  readonly onFailure?: (
    task: { readonly tenantId: string; readonly id: string; readonly name: string },
    error: unknown,
    outcome: 'retry' | 'failed',
  ) => void;
}

/** A lease is short, so that a dead worker's effects come back soon, and renewed while its worker lives. */
const leaseMs = 20_000;
const renewEveryMs = 5_000;

/** The connection of a handler that hung is being closed, and holds the row of its task until PostgreSQL has noticed. */
const closingMs = [20, 50, 100, 250, 500, 1_000, 2_000, 4_000];

const unknownTask: RetryPolicy = { attempts: 12, backoffMs: 5_000 };

/** What happens when the bell rings: claim, run, and write down how it ended. */
export class TaskRunner {
  private readonly handlers: Handlers;
  private readonly restOf: (name: string) => Rest;
  private readonly limitMs: number;
  private readonly random: () => number;

  constructor(
    private readonly host: TaskHost,
    private readonly options: TaskRunnerOptions = {},
  ) {
    this.handlers = handlersOf(host);
    this.restOf = restsOf(host.registry.modules);
    this.limitMs = options.limitMs ?? 60_000;
    this.random = options.random ?? Math.random;
  }

  /** Rejects only when the database could not be asked; then the bell is rung again. */
  async run(bell: Bell): Promise<TaskOutcome> {
    const handler = this.handlers.get(bell.name);
    return handler?.kind === 'effect' ? this.runEffect(bell, handler) : this.runTransactional(bell, handler);
  }

  /**
   * A worker died over this bell. That counts as a failed try, or a task that kills its process would do so for ever; the
   * wait that follows parts it from the innocent tasks that died with it.
   */
  countCrash(bell: Bell): Promise<TaskOutcome> {
    const now = this.host.clock.now();
    const error = new Error('The worker that ran this task disappeared.');
    return this.inWork(bell, async (work) => {
      const task = await lockTask(work.exec, bell, now, []);
      return task?.attempts === bell.attempts ? this.writeFailure(work, task, error) : 'nothing';
    });
  }

  private async runTransactional(bell: Bell, handler: Exclude<Handler, { kind: 'effect' }> | undefined): Promise<TaskOutcome> {
    const claim: { task: ClaimedTask | null } = { task: null };
    try {
      return await this.inWork(bell, async (work) => {
        const task = await lockTask(work.exec, bell, this.host.clock.now(), this.restOf(bell.name).keys);
        claim.task = task;
        if (!task) return this.notClaimed(work, bell);
        if (!handler) throw new Error(`No module defines the task "${bell.name}".`);
        if (task.attempts >= handler.retry.attempts) return this.giveUp(work, task);
        await withTimeLimit(handler.run(task.payload, work), this.limitMs, `The task ${task.name}`);
        await completeLocked(work.exec, task, this.host.clock.now());
        return 'done';
      });
    } catch (error) {
      if (!claim.task) throw error;
      return this.fail(bell, claim.task, error);
    }
  }

  private async runEffect(bell: Bell, { effect, retry }: Extract<Handler, { kind: 'effect' }>): Promise<TaskOutcome> {
    const now = this.host.clock.now();
    const task = await this.inWork(bell, async (work) => {
      const leased = await leaseTask(work.exec, bell, { now, until: leaseEnd(now) }, this.restOf(bell.name).keys);
      return leased ?? this.notClaimed(work, bell);
    });
    if (task === 'nothing') return task;
    if (task.attempts >= retry.attempts) return this.inWork(bell, (work) => this.giveUp(work, task));
    const renewal = setInterval(() => void this.renew(bell, task), renewEveryMs);
    try {
      const run = effect.run(revive(effect.payload, task.payload), this.effectContext(bell, task));
      const limitMs = effect.limitMinutes === undefined ? this.limitMs : effect.limitMinutes * 60_000;
      await withTimeLimit(run, limitMs, `The effect ${task.name}`);
    } catch (error) {
      return await this.fail(bell, task, error);
    } finally {
      clearInterval(renewal);
    }
    const ours = await this.inWork(bell, (work) => completeLeased(work.exec, task, this.host.clock.now()));
    return ours ? 'done' : 'nothing';
  }

  /** What is not claimed because its module is off rests from now on, or it would be rung for ever. */
  private async notClaimed(work: TaskWork, bell: Bell): Promise<'nothing'> {
    await layDown(work.exec, bell, this.restOf(bell.name), this.host.clock.now());
    return 'nothing';
  }

  /** A renewal that fails is made up for by the next, or the lease ends and the fence keeps this worker from writing. */
  private async renew(bell: Bell, task: ClaimedTask): Promise<void> {
    const renewed = this.inWork(bell, (work) => renewLease(work.exec, task, leaseEnd(this.host.clock.now())));
    await renewed.catch(() => undefined);
  }

  private effectContext(bell: Bell, task: ClaimedTask): EffectContext {
    return {
      tenantId: task.tenantId,
      taskId: task.id,
      attempt: task.attempts + 1,
      ports: this.host.ports,
      now: () => this.host.clock.now(),
      work: (run, part) => this.inWork(bell, run, part),
    };
  }

  private inWork<T>(bell: Bell, run: (work: TaskWork) => Promise<T>, { batchId, behalfOf }: PartOf = {}): Promise<T> {
    const handler = this.handlers.get(bell.name);
    const heard = handler?.kind === 'transactional' && handler.hearsEvents ? { eventId: bell.key } : {};
    const cause = { command: bell.name, taskId: bell.taskId, ...heard, ...(batchId ? { batchId } : {}) };
    const actor = { ...systemActor(bell.name, handler?.actsAs), ...(behalfOf ? { behalfOf } : {}) };
    return this.host.withWork({ tenantId: bell.tenantId, actor, cause }, run);
  }

  /** The failed try is written in a transaction of its own: the task's own was rolled back. */
  private async fail(bell: Bell, task: ClaimedTask, error: unknown): Promise<TaskOutcome> {
    const write = (): Promise<TaskOutcome> => this.inWork(bell, (work) => this.writeFailure(work, task, error));
    let outcome = await write();
    for (const pauseMs of error instanceof OutOfTime ? closingMs : []) {
      if (outcome !== 'nothing') break;
      await sleep(pauseMs);
      outcome = await write();
    }
    return outcome;
  }

  private async writeFailure(work: TaskWork, task: ClaimedTask, error: unknown): Promise<TaskOutcome> {
    const retry = this.handlers.get(task.name)?.retry ?? unknownTask;
    const failures = task.attempts + 1;
    const outcome = failures >= retry.attempts ? 'failed' : 'retry';
    const now = this.host.clock.now();
    const retryAt = new Date(now.getTime() + backoffMs(retry, failures, this.random));
    const written = await recordFailure(work.exec, task, { text: failureText(error), final: outcome === 'failed', retryAt, now });
    if (!written) return 'nothing';
    this.options.onFailure?.(task, error, outcome);
    return outcome;
  }

  private async giveUp(work: TaskWork, task: ClaimedTask): Promise<TaskOutcome> {
    return this.writeFailure(work, task, new Error('The worker that ran this task disappeared too often.'));
  }
}

const leaseEnd = (now: Date): Date => new Date(now.getTime() + leaseMs);
