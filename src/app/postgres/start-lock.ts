import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, OperatorError } from './failure.js';
import { identityOf, isStillAlive, type ProcessIdentity } from './process-identity.js';

const PATIENCE_MS = 90_000;

/** Runs `work` while no other process does so under the same file. A lock left by a dead process is broken. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  while (!tryLock(file)) {
    const holder = readIdentity(file);
    if (isAbandoned(file, holder)) breakLock(file, holder);
    if (performance.now() > until) {
      throw new OperatorError(
        `Process ${holder?.pid ?? 'unknown'} has been starting Kontor's database for too long: end it, then try again.`,
      );
    }
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

export const myIdentity = (): ProcessIdentity => identityOf(process.pid) ?? { pid: process.pid, began: '' };

export const writeIdentity = (file: string): void => writeFileSync(file, JSON.stringify(myIdentity()), { mode: 0o644 });

/** The process that wrote the file, dead or alive. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8')) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof began === 'string' ? { pid, began } : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(myIdentity()), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    rmSync(file, { force: true }); // a full disk leaves an empty one
    throw error;
  }
}

function isAbandoned(file: string, holder: ProcessIdentity | undefined): boolean {
  if (holder) return !isStillAlive(holder);
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && Date.now() - written > 5_000; // an empty file is a lock being written, or one whose writer died at it
}

/** Moves the lock aside before it goes, so that of two who found the same dead holder neither removes the other's fresh lock. */
function breakLock(file: string, holder: ProcessIdentity | undefined): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readIdentity(aside);
  if (moved && moved.pid !== holder?.pid && isStillAlive(moved)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}
