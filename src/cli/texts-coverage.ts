import type { Command } from 'commander';
import { allModules } from '#app/modules.js';
import { OperatorError } from '#app/postgres/failure.js';
import { coverage } from '#app/texts/coverage.js';
import { buildRegistry } from '#kernel/resource/registry.js';

/** `kontor texts:coverage`: how much is said in each language, and what is not. Fails when anything is missing. */
export const register = (program: Command): void => {
  program
    .command('texts:coverage')
    .description('Print how much of what people read is said in each language, and what is missing.')
    .action(() => {
      const found = coverage(buildRegistry(allModules));
      for (const { language, total, missing } of found) {
        const share = Math.floor(((total - missing.length) / total) * 1000) / 10;
        console.log(`${language}: ${total - missing.length} of ${total} texts (${share} %)`);
        for (const name of missing) console.log(`  missing: ${name}`);
      }
      if (found.some(({ missing }) => missing.length > 0)) throw new OperatorError('Add what is missing to src/app/texts.');
    });
};
