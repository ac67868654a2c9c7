import { chmodSync, existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from './ensure-folder.js';
import { readCluster, freePort, urlOf, writeCluster, type Cluster } from './postgres/cluster-file.js';
import { findPlace, type Place } from './postgres/data-folder.js';
import { explain, messageOf, OperatorError } from './postgres/failure.js';
import { initialise } from './postgres/initdb.js';
import { prepareDatabase } from './postgres/prepare-database.js';
import { isStillAlive } from './postgres/process-identity.js';
import { isRoot } from './postgres/run-as.js';
import { PortTaken, runningOn, startServer, stopServer, type RunningServer } from './postgres/server.js';
import { readIdentity, withLock, writeIdentity } from './postgres/start-lock.js';

export interface EmbeddedPostgresOptions {
  /** KONTOR_HOME: data, passwords and log live in it. Made when absent. */
  readonly home: string;
  /** `false` trades safety for speed: right for data nobody will miss. */
  readonly durable: boolean;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** The superuser, on database `postgres`. */
  readonly superUrl: string;
  /** Owner of the schemas, on database `kontor`: migrations only. */
  readonly ownerUrl: string;
  /** What serves requests, on database `kontor`: no superuser, no owner, held by row-level security. */
  readonly appUrl: string;
  /** The server process. */
  readonly pid: number;
  /** False when another living process of ours runs the server; then `stop` leaves it running. */
  readonly isOwner: boolean;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the PostgreSQL that npm brought, or joins the one a living Kontor already runs in the same home.
 * The server stops with `stop()`, and also when this process dies without calling it; one left over all the same is stopped in order first.
 */
export async function startEmbeddedPostgres({ home, durable }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    const folder = makeHome(home);
    return await withLock(lockIn(folder), () => joinOrStart(folder, durable));
  } catch (error) {
    throw error instanceof OperatorError ? error : explain(messageOf(error), home);
  }
}

async function joinOrStart(home: string, durable: boolean): Promise<EmbeddedPostgres> {
  const cluster = readCluster(home);
  const place = findPlace(home, durable);
  const ownerFile = join(home, 'postgres.owner');
  const running = runningOn(place.dataFolder);
  const owner = readIdentity(ownerFile);
  if (running !== undefined && owner && isStillAlive(owner)) return handle(cluster, { pid: running, stop: () => Promise.resolve() }, false);
  if (running !== undefined) await stopServer(running);

  const started = await startOnFreePort(home, place, cluster, durable);
  writeIdentity(ownerFile);
  try {
    const { passwords } = started.cluster;
    await prepareDatabase({
      superUrl: urlOf(started.cluster, 'postgres', 'postgres'),
      database: 'kontor',
      ownerPassword: passwords.kontor_owner,
      appPassword: passwords.kontor_app,
    });
  } catch (error) {
    await started.server.stop();
    throw error;
  }
  // Under the lock: nobody may join a server that is going down.
  const goDown = async () => {
    await started.server.stop();
    rmSync(ownerFile, { force: true });
  };
  const stop = once(() => withLock(lockIn(home), goDown));
  return handle(started.cluster, { pid: started.server.pid, stop }, true);
}

async function startOnFreePort(
  home: string,
  place: Place,
  known: Cluster,
  durable: boolean,
): Promise<{ cluster: Cluster; server: RunningServer }> {
  for (let attempt = 1; ; attempt += 1) {
    const cluster = { ...known, port: await freePort(attempt === 1 ? known.port : 0) };
    writeCluster(home, cluster); // before initdb: a data folder whose password nobody knows would be useless
    initialise(place, home, cluster.passwords.postgres);
    try {
      const plan = { home, postgres: place.binaries.postgres, dataFolder: place.dataFolder, who: place.who, port: cluster.port, durable };
      return { cluster, server: await startServer(plan) };
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === 5) throw error;
    }
  }
}

const handle = (cluster: Cluster, server: RunningServer, isOwner: boolean): EmbeddedPostgres => ({
  port: cluster.port,
  superUrl: urlOf(cluster, 'postgres', 'postgres'),
  ownerUrl: urlOf(cluster, 'kontor_owner', 'kontor'),
  appUrl: urlOf(cluster, 'kontor_app', 'kontor'),
  pid: server.pid,
  isOwner,
  stop: server.stop,
});

const lockIn = (home: string): string => join(home, 'postgres.lock');

function makeHome(home: string): string {
  if (!existsSync(home)) {
    ensureFolder(home);
    // The database's own account has to pass through; what is secret in here is closed file by file.
    if (isRoot()) chmodSync(home, 0o755);
  }
  return realpathSync(home);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
