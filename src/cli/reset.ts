import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { isStillAlive } from '#app/postgres/process-identity.js';
import { runningOn, stopServer } from '#app/postgres/server.js';
import { readIdentity } from '#app/postgres/start-lock.js';

/** What Kontor keeps in its home. Anything else in there is not ours to delete. */
const OURS = [
  'postgres',
  'postgres.new',
  'postgres.new.password',
  'postgres.json',
  'postgres.log',
  'postgres.owner',
  'postgres.lock',
  'jwt-private-key.pem',
  'secret',
  'mail',
  'files',
  'imports',
];

/** `kontor reset`: start over. */
export const register = (program: Command): void => {
  program
    .command('reset')
    .description('Delete the embedded database, made-up keys, kept mails and files: the next start begins anew.')
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { yes?: true }) => {
      const { home, database, isProduction } = readConfig();
      if (database)
        throw new OperatorError('DATABASE_URL is set: Kontor deletes its own embedded database only, never one that others run.');
      if (isProduction && !yes) throw new OperatorError('NODE_ENV is production: say "npm run reset -- --yes" if you mean it.');
      if (!existsSync(home)) return console.log(`There is nothing in ${home}.`);
      if (!yes && !(await isMeant(home))) return console.log('Nothing was deleted.');
      await endServer(home);
      remove(home);
      console.log(`${home} is empty; the next "npm start" begins anew.`);
    });
};

/** Asks where there is somebody to ask. */
async function isMeant(home: string): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`Delete all data in ${home}? [y/N] `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function endServer(home: string): Promise<void> {
  const owner = readIdentity(join(home, 'postgres.owner'));
  const data = join(home, 'postgres');
  const running = existsSync(data) ? runningOn(realpathSync(data)) : undefined;
  if (running === undefined) return;
  if (owner && isStillAlive(owner)) throw new OperatorError(`Kontor is running from ${home} (process ${owner.pid}): stop it first.`);
  await stopServer(running);
}

function remove(home: string): void {
  const data = join(home, 'postgres');
  // As root below a closed folder the data may live elsewhere, behind a link.
  if (existsSync(data)) rmSync(realpathSync(data), { recursive: true, force: true });
  for (const name of OURS) rmSync(join(home, name), { recursive: true, force: true });
}
