import { resolve } from 'node:path';
import type { Command } from 'commander';
import { OperatorError } from '#app/postgres/failure.js';
import { compareBoxes } from '#kernel/box/compare-boxes.js';
import { DomainError } from '#kernel/errors/domain-error.js';

/** `kontor tenant:compare`: whether two archives hold the same. */
export const register = (program: Command): void => {
  program
    .command('tenant:compare')
    .description('Say whether two archives of tenant:export hold the same, row by row; ends with status 1 when they do not.')
    .argument('<first>', 'an archive')
    .argument('<second>', 'one that was made of what came of the first')
    .action(async (first: string, second: string) => {
      try {
        const { isSame, differing, examples, rows } = await compareBoxes(resolve(first), resolve(second));
        console.log(isSame ? `Both hold the same: ${rows} rows.` : `${differing} rows differ:\n${examples.join('\n')}`);
        if (!isSame) process.exitCode = 1;
      } catch (error) {
        throw error instanceof DomainError ? new OperatorError(error.message) : error;
      }
    });
};
