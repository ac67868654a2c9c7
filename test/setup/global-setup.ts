import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TEMPLATE = 'kontor_template';
const PREFIX = 'kontor-test-';

/** One PostgreSQL for the whole run, migrated once; each test file clones the template database. The tear-down stops it. */
// Jest asks for a default export here.
export default async function globalSetup(): Promise<void> {
  const { status } = spawnSync(process.execPath, [resolve('src/cli/build.ts')], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The sources do not compile; see above.');
  // Only now is there a dist that "#…" can be resolved to.
  const { startEmbeddedPostgres } = await import('#app/embedded-postgres.js');

  await removeLeftovers();
  const home = mkdtempSync(join(tmpdir(), PREFIX));
  process.env['TEST_FOLDER'] = home;
  const postgres = await startEmbeddedPostgres({ home, durable: false });
  const stop = async () => {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  };
  globalThis.stopTestServer = stop;
  try {
    process.env['TEST_PG'] = JSON.stringify(await makeTemplate(postgres));
  } catch (error) {
    await stop(); // Jest runs no tear-down after a failed set-up
    throw error;
  }
}

async function makeTemplate(server: { superUrl: string; ownerUrl: string; appUrl: string }) {
  const { onDatabase, prepareDatabase } = await import('#app/postgres/prepare-database.js');
  const { migrate } = await import('#kernel/db/migrate.js');
  const { migrateQueue } = await import('#kernel/jobs/migrate-queue.js');
  const { superUrl } = server;
  const [ownerPassword, appPassword] = [new URL(server.ownerUrl).password, new URL(server.appUrl).password];
  await prepareDatabase({ superUrl, database: TEMPLATE, ownerPassword, appPassword });
  const [ownerUrl, appUrl] = [onDatabase(server.ownerUrl, TEMPLATE), onDatabase(server.appUrl, TEMPLATE)];
  await migrate(ownerUrl, resolve('migrations'));
  await migrateQueue(ownerUrl);
  return { superUrl, ownerUrl, appUrl, template: TEMPLATE };
}

/** Folders of runs that were killed: the watchdog stopped their server, nobody removed the files. */
async function removeLeftovers(): Promise<void> {
  const { readIdentity } = await import('#app/postgres/start-lock.js');
  const { isStillAlive } = await import('#app/postgres/process-identity.js');
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    // Another user's run is none of our business, and a run of ours may end and remove its folder while we look.
    if (statSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    const owner = readIdentity(join(folder, 'postgres.owner'));
    if (owner && !isStillAlive(owner)) rmSync(folder, { recursive: true, force: true });
  }
}

declare global {
  var stopTestServer: (() => Promise<void>) | undefined;
}
