// Compiles src to dist with `nest build` unless dist is current already. Runs before there is a dist, so it imports nothing of ours.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const STAMP = join(ROOT, 'dist', '.built-from');
const LOCK = join(ROOT, 'dist', '.building');

/** Two runs at once build once: the second waits and finds the work done. */
async function build(): Promise<number> {
  while (!tryLock()) await sleep(100);
  try {
    const source = fingerprint();
    if (read(STAMP) === source) return 0;
    rmSync(STAMP, { force: true });
    const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build'], { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) {
      process.stderr.write(stdout + stderr);
      return status ?? 1;
    }
    removeStale();
    writeFileSync(STAMP, source);
    return 0;
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function tryLock(): boolean {
  try {
    mkdirSync(dirname(LOCK), { recursive: true });
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = Number(read(LOCK) ?? 0);
    if (holder > 0 && !isAlive(holder)) rmSync(LOCK, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Changes whenever a source file appears, goes or is written. */
function fingerprint(): string {
  const inputs = [
    ...filesIn(join(ROOT, 'src')),
    ...['.swcrc', 'nest-cli.json', 'tsconfig.json', 'package-lock.json'].map((name) => join(ROOT, name)),
  ];
  const lines = inputs.sort().map((file) => {
    const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
    return `${file} ${size} ${mtimeMs}`;
  });
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** A file whose source is gone must not be importable any longer. */
function removeStale(): void {
  for (const file of filesIn(join(ROOT, 'dist'))) {
    if (!/\.js(\.map)?$/.test(file)) continue;
    const source = join(ROOT, 'src', file.slice(join(ROOT, 'dist').length).replace(/\.js(\.map)?$/, '.ts'));
    if (!statSync(source, { throwIfNoEntry: false })) rmSync(file);
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not built yet
  }
}

process.exitCode = await build();
