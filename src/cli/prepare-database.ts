import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { OperatorError } from '#app/postgres/failure.js';
import { prepareDatabase } from '#app/postgres/prepare-database.js';

/** `kontor prepare-database`: the one step on an outside PostgreSQL that needs a superuser. */
export const register = (program: Command): void => {
  program
    .command('prepare-database')
    .description(
      'On an outside PostgreSQL: make the database, its accounts and extensions. Names and passwords come from DATABASE_URL and DATABASE_OWNER_URL.',
    )
    .requiredOption('--superuser <url>', 'address of a superuser, such as postgres://postgres:password@host/postgres')
    .action(async ({ superuser }: { superuser: string }) => {
      const { database } = readConfig();
      if (!database?.ownerUrl) throw new OperatorError('Set DATABASE_URL and DATABASE_OWNER_URL to what is to be made.');
      const [app, owner] = [new URL(database.appUrl), new URL(database.ownerUrl)];
      if (app.username !== 'kontor_app' || owner.username !== 'kontor_owner') {
        throw new OperatorError(
          'The accounts are named kontor_app (in DATABASE_URL) and kontor_owner (in DATABASE_OWNER_URL): migrations grant rights to these names.',
        );
      }
      await prepareDatabase({
        superUrl: superuser,
        database: decodeURIComponent(app.pathname.slice(1)),
        ownerPassword: decodeURIComponent(owner.password),
        appPassword: decodeURIComponent(app.password),
      });
      console.log(`Database ${app.pathname.slice(1)} is ready for "kontor migrate".`);
    });
};
