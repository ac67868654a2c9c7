// `npm run dev`: start, and start again whenever a source file changes. Runs before there is a dist, so it imports nothing of ours.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { resolve } from 'node:path';

const QUIET_MS = 150;
let server: ChildProcess | undefined;
let isStopping = false;
let timer: NodeJS.Timeout | undefined;

const build = (): boolean => spawnSync(process.execPath, [resolve('src/cli/build.ts')], { stdio: 'inherit' }).status === 0;

function start(): void {
  server = spawn(process.execPath, ['--enable-source-maps', resolve('dist/main.js')], { stdio: 'inherit' });
  server.once('exit', (code) => {
    server = undefined;
    if (isStopping) process.exit(code ?? 0);
  });
}

/** The old process has let go of its port and database before the new one asks for them. */
function restart(): void {
  if (!build()) return;
  if (!server) return start();
  server.once('exit', start);
  server.kill('SIGTERM');
}

function stop(): void {
  isStopping = true;
  if (!server) process.exit(0);
  server.kill('SIGTERM');
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
for (const folder of ['src', 'migrations']) {
  watch(folder, { recursive: true }, (_event, name) => {
    if (name?.endsWith('.test.ts')) return;
    clearTimeout(timer);
    timer = setTimeout(restart, QUIET_MS);
  });
}
start();
