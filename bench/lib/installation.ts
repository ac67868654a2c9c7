import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#app/embedded-postgres.js';

/** A whole installation on a throw-away database: PostgreSQL, Kontor, and beside it whatever it is compared with. */
export interface Installation {
  readonly postgres: EmbeddedPostgres;
  readonly url: string;
  readonly home: string;
  /** Starts another server process of the bench on the same database and waits until it answers. */
  neighbour(script: string, env: Record<string, string>, args?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export async function install(
  env: Record<string, string> = {},
  main: 'dist/main.js' | 'dist/main.api.js' = 'dist/main.api.js',
): Promise<Installation> {
  const home = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
  const postgres = await startEmbeddedPostgres({ home, durable: true });
  const children: ChildProcess[] = [];
  const launch = async (script: string, more: Record<string, string>, args: readonly string[] = []): Promise<string> => {
    const port = await freePort();
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PORT: String(port), ...more },
    });
    children.push(child);
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}${more['READY_PATH'] ?? '/livez'}`, child);
    return url;
  };
  const settings = { KONTOR_HOME: home, LOG_LEVEL: 'error', ...env };
  const seeded = spawnSync(process.execPath, ['dist/cli/kontor.js', 'seed'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...settings },
  });
  if (seeded.status !== 0) throw new Error('The demo company could not be made.');
  // By default the API alone, as in production: what workers make of the writes later is not part of answering them.
  const url = await launch(main, settings);
  return {
    postgres,
    url,
    home,
    neighbour: launch,
    stop: async () => {
      for (const child of children) {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
      }
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 900; i++) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode} before it answered.`);
    if (
      await fetch(url).then(
        // Some answer their own pages only: whoever answers at all is up.
        (r) => r.status < 500,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not answer within 90 s.`);
}
