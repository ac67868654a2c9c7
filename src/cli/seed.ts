import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { demoLogin, ensureDemo } from '#app/demo/ensure-demo.js';
import { OperatorError } from '#app/postgres/failure.js';
import { makeLog, openSystem } from '#app/system.js';

/** `kontor seed`: the demo company. */
export const register = (program: Command): void => {
  program
    .command('seed')
    .description('Make the demo company, unless it is there already. Refused in production.')
    .action(async () => {
      const config = readConfig();
      if (config.isProduction)
        throw new OperatorError('The demo login is known to everybody, so the demo company is not made with NODE_ENV=production.');
      const system = await openSystem(config, makeLog({ logLevel: 'warn' }));
      try {
        const made = await ensureDemo(system.runtime);
        console.log(
          `${made ? 'The demo company is ready' : 'The demo company was there already'}: sign in as ${demoLogin.email} / ${demoLogin.password}.`,
        );
      } finally {
        await system.stop();
      }
    });
};
