import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';
import { systemActor } from '#kernel/access/actor.js';
import { wakeTasks } from '#kernel/box/wake-tasks.js';
import { tenantOf } from './tenant-of.js';

/** `kontor tenant:wake`: an unpacked company begins to act. */
export const register = (program: Command): void => {
  program
    .command('tenant:wake')
    .description('Let what was waiting to be done go on in a company that was unpacked with its tasks held.')
    .requiredOption('--tenant <slug>', 'the company')
    .action(async ({ tenant }: { readonly tenant: string }) => {
      const system = await openSystem(readConfig(), makeLog({ logLevel: 'warn' }));
      try {
        const tenantId = await tenantOf(system.runtime, tenant);
        if (!tenantId) throw new OperatorError(`There is no company "${tenant}".`);
        const inside = { tenantId, actor: systemActor('command line'), cause: { command: 'tenant.wake' } };
        console.log(`${await system.runtime.withWork(inside, wakeTasks)} tasks go on.`);
      } finally {
        await system.stop();
      }
    });
};
