import { sealAudit } from '#kernel/audit/seal-audit.js';
import { relayOutbox, subscriptionsOf } from '#kernel/outbox/relay.js';
import { periodicJobs, planPeriodic, reclaimExpired, ringDue } from './due-tasks.js';
import { TaskRunner } from './run-task.js';
import { doorsOf, type TaskHost } from './task-host.js';

export interface DrainOptions {
  /**
   * `throw`, unless told otherwise: the first failure of a job or subscriber ends the draining and is thrown, for in a test it is hardly
   * ever meant. `retry`: it is counted and the task waits for its next try, as failed effects always do.
   */
  readonly onFailure?: 'throw' | 'retry';
}

const mostRounds = 10_000;

/**
 * For tests and commands that work without a worker: relays the outbox and runs what is due in this process, one task after the
 * other, by the same claims as the workers, until nothing is due. Tasks of later stay where they are.
 */
export async function drain(host: TaskHost, { onFailure = 'throw' }: DrainOptions = {}): Promise<void> {
  const doors = doorsOf(host);
  const failures: unknown[] = [];
  const runner = new TaskRunner(host, {
    random: () => 0.5,
    onFailure: ({ name }, error) => {
      if (onFailure === 'throw' && host.registry.tasks.get(name)?.kind !== 'effect') failures.push(error);
    },
  });
  const subscriptions = subscriptionsOf(host.registry);
  await planPeriodic(doors, periodicJobs(host.registry.tasks.values()), host.clock.now());
  await reclaimExpired(doors, host.clock.now());
  for (let round = 0; round < mostRounds; round++) {
    const now = host.clock.now();
    const told = await relayOutbox(doors, subscriptions, now);
    // In the first round, bells that an earlier process rang are taken as lost.
    const bells = await ringDue(doors, now, { window: 1000, patienceMs: round === 0 ? -1000 : 30_000 });
    for (const bell of bells) {
      await runner.run(bell);
      if (failures.length > 0) throw failures[0];
    }
    if (told === 0 && bells.length === 0) {
      await sealAudit(doors);
      return;
    }
  }
  throw new Error('Draining does not end: some task goes on making new ones that are due at once.');
}
