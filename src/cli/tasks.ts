import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import type { Runtime } from '#kernel/db/runtime.js';
import { failedTasks, retryTask } from '#kernel/jobs/inspect.js';
import { doorsOf } from '#kernel/jobs/task-host.js';

/** `kontor tasks`: what workers gave up, and another chance for it. */
export const register = (program: Command): void => {
  const tasks = program.command('tasks').description('Tasks that failed for good, over all companies.');
  tasks
    .command('failed', { isDefault: true })
    .description('List them, the latest first.')
    .action(() => withRuntime(list));
  tasks
    .command('retry')
    .description('Give failed tasks all their tries again.')
    .argument('<id...>', 'their ids, as listed')
    .action((ids: string[]) => withRuntime((runtime) => retry(runtime, ids)));
};

async function list(runtime: Runtime): Promise<void> {
  const failed = await failedTasks(doorsOf(runtime), 100);
  for (const { id, name, key, attempts, failedAt, lastError } of failed)
    console.log(`${id}  ${failedAt.toISOString()}  ${name} ${key}, ${attempts} tries: ${lastError}`);
  console.log(failed.length === 0 ? 'No task has failed.' : '\nTry again: npm run kontor -- tasks retry <id>');
}

async function retry(runtime: Runtime, ids: readonly string[]): Promise<void> {
  const doors = doorsOf(runtime);
  const failed = await failedTasks(doors, 100_000);
  for (const id of ids) {
    const task = failed.find((one) => one.id === id);
    if (!task || !(await retryTask(doors, task.tenantId, id, runtime.clock.now())))
      throw new OperatorError(`No failed task has the id ${id}.`);
    console.log(`${task.name} ${task.key} is due again.`);
  }
}

async function withRuntime(act: (runtime: Runtime) => Promise<void>): Promise<void> {
  const config = readConfig();
  const system = await openSystem(config, makeLog({ logLevel: 'warn' }));
  try {
    await act(system.runtime);
  } finally {
    await system.stop();
  }
}
