import type { Command } from 'commander';
import { readConfig } from '#app/config.js';
import { openPostgres } from '#app/open-postgres.js';
import { OperatorError } from '#app/postgres/failure.js';
import { migrationsFolder } from '#app/project-root.js';
import { migrate, migrateDown, pendingMigrations } from '#kernel/db/migrate.js';
import { migrateQueue } from '#kernel/jobs/migrate-queue.js';

interface Options {
  readonly down?: true;
  readonly pending?: true;
}

/** `kontor migrate`: brings the database to this version. */
export const register = (program: Command): void => {
  program
    .command('migrate')
    .description('Bring the database to the newest version. Two at once wait for each other.')
    .option('--down', 'take back the newest migration instead')
    .option('--pending', 'only list what would run; exit code 1 if there is anything')
    .action(async (options: Options) => {
      const config = readConfig();
      const postgres = await openPostgres(config);
      try {
        if (!postgres.ownerUrl)
          throw new OperatorError('Set DATABASE_OWNER_URL to the owner of the tables: the application role may not change them.');
        await run(postgres.ownerUrl, options);
        if (!options.down && !options.pending && !config.redisUrl) await migrateQueue(postgres.ownerUrl);
      } finally {
        await postgres.stop();
      }
    });
};

async function run(ownerUrl: string, { down, pending }: Options): Promise<void> {
  if (pending) {
    const names = await pendingMigrations(ownerUrl, migrationsFolder);
    console.log(names.length > 0 ? names.join('\n') : 'The database is up to date.');
    process.exitCode = names.length > 0 ? 1 : 0;
  } else if (down) {
    await migrateDown(ownerUrl, migrationsFolder);
    console.log('The newest migration is taken back.');
  } else {
    const names = await migrate(ownerUrl, migrationsFolder);
    console.log(names.length > 0 ? `Migrated: ${names.join(', ')}.` : 'The database was up to date.');
  }
}
