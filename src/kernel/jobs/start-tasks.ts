import { TaskClock, type TaskClockOptions } from './clock.js';
import type { Bell } from './doorbell.js';
import { failureText } from './failure-text.js';
import type { QueueBackend } from './queue-backend.js';
import { TaskRunner, type TaskOutcome, type TaskRunnerOptions } from './run-task.js';
import { noLog, type TaskHost } from './task-host.js';

export interface TaskProcessOptions extends TaskClockOptions, Pick<TaskRunnerOptions, 'limitMs' | 'random'> {
  /** For metrics: called after every bell that was answered. */
  readonly onOutcome?: (name: string, outcome: TaskOutcome, seconds: number) => void;
}

export interface TaskProcess {
  /** Something was committed in this process: its events and tasks need not wait for the next look. */
  hint(): void;
  /** Finishes what runs, at most that long, and leaves the rest to others. */
  stop(withinMs?: number): Promise<void>;
}

/** What makes a process a worker: the clock that rings and the worker that answers. */
export async function startTasks(host: TaskHost, backend: QueueBackend, options: TaskProcessOptions = {}): Promise<TaskProcess> {
  const log = options.log ?? noLog;
  const clock = new TaskClock(host, backend.doorbell, options);
  const runner = new TaskRunner(host, {
    ...options,
    onFailure: ({ id, name, tenantId }, error, outcome) => {
      const details = { task: id, name, tenantId, error: failureText(error) };
      if (outcome === 'failed') log.error(details, 'A task failed for good');
      else log.warn(details, 'A task failed and will be tried again');
    },
  });
  const worker = await backend.startWorker(async (bell, crashes) => {
    const began = performance.now();
    const outcome = await answer(runner, bell, crashes);
    // Most tasks leave events or further tasks behind.
    if (outcome === 'done') clock.hint();
    options.onOutcome?.(bell.name, outcome, (performance.now() - began) / 1000);
  });
  clock.start();
  return {
    hint: () => clock.hint(),
    stop: async (withinMs = 20_000) => {
      await clock.stop();
      await worker.stop(withinMs);
    },
  };
}

async function answer(runner: TaskRunner, bell: Bell, crashes: number): Promise<TaskOutcome> {
  return crashes > 0 ? runner.countCrash(bell) : runner.run(bell);
}
