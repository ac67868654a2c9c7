import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataSource, type MigrationInterface } from 'typeorm';

type MigrationClass = new () => MigrationInterface;

/** Reads `migrations/*.ts`; Node strips their types itself. */
export async function loadMigrations(folder: string): Promise<MigrationClass[]> {
  const files = (await readdir(folder)).filter((name) => /^\d{13}-[a-z0-9-]+\.ts$/.test(name)).sort();
  const modules = await Promise.all(
    files.map((name) => import(pathToFileURL(join(folder, name)).href) as Promise<Record<string, MigrationClass>>),
  );
  return modules.flatMap((exports) => Object.values(exports));
}

async function connect(ownerUrl: string, folder: string): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    migrations: await loadMigrations(folder),
    migrationsTableName: 'kontor_migrations',
    installExtensions: false,
    connectTimeoutMS: 10_000,
    applicationName: 'kontor-migrate',
    extra: { max: 2, options: '-c lock_timeout=10000' },
  });
  return source.initialize();
}

/** Brings the schema to the newest version, one transaction per migration; two processes at once wait for each other. Returns the names run. */
export async function migrate(ownerUrl: string, folder: string): Promise<string[]> {
  return locked(ownerUrl, folder, async (source) => {
    const done = await source.runMigrations({ transaction: 'each' });
    // Every process tells whether its database is as new as itself.
    await source.query('grant select on kontor_migrations to kontor_app');
    return done.map((m) => m.name);
  });
}

/** Takes back the newest migration. */
export async function migrateDown(ownerUrl: string, folder: string): Promise<void> {
  await locked(ownerUrl, folder, (source) => source.undoLastMigration({ transaction: 'each' }));
}

/** Names of migrations that have not run yet. */
export async function pendingMigrations(ownerUrl: string, folder: string): Promise<string[]> {
  const source = await connect(ownerUrl, folder);
  try {
    const known = await source.query<{ name: string }[]>(`select name from kontor_migrations`).catch(() => []);
    const done = new Set(known.map((row) => row.name));
    return source.migrations.map((m) => m.name ?? m.constructor.name).filter((name) => !done.has(name));
  } finally {
    await source.destroy();
  }
}

async function locked<T>(ownerUrl: string, folder: string, run: (source: DataSource) => Promise<T>): Promise<T> {
  const source = await connect(ownerUrl, folder);
  const runner = source.createQueryRunner();
  try {
    await runner.query(`select pg_advisory_lock(7265771)`);
    return await run(source);
  } finally {
    await runner.query(`select pg_advisory_unlock(7265771)`).catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}
