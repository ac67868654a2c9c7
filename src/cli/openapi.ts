import type { Command } from 'commander';
import { makeContracts, staleContracts, writeContracts } from '#app/contracts.js';
import { OperatorError } from '#app/postgres/failure.js';

/** `kontor openapi`: the contracts that are checked in. */
export const register = (program: Command): void => {
  program
    .command('openapi')
    .description('Write openapi/openapi.json and openapi/schema.graphql from the definitions.')
    .option('--check', 'write nothing; fail when the committed files are out of date')
    .action(async ({ check }: { check?: true }) => {
      const contracts = await makeContracts();
      if (!check) {
        await writeContracts(contracts);
        console.log(
          `Written: ${Object.keys(contracts)
            .map((name) => `openapi/${name}`)
            .join(', ')}.`,
        );
        return;
      }
      const stale = await staleContracts(contracts);
      if (stale.length > 0)
        throw new OperatorError(`Out of date: ${stale.join(', ')}. Run "npm run kontor -- openapi" and commit what it writes.`);
      console.log('The committed contracts match the code.');
    });
};
