import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './failure.js';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in whatever unit this system tells it. */
  readonly began: string;
}

export const identityOf = (pid: number): ProcessIdentity | undefined => {
  const began = isAlive(pid) ? beginOf(pid) : undefined;
  return began === undefined ? undefined : { pid, began };
};

export const isStillAlive = ({ pid, began }: ProcessIdentity): boolean => identityOf(pid)?.began === began;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** The command line, words parted by spaces; empty when it cannot be told. */
export function commandLineOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) return readQuietly(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  return ps(pid, 'command=');
}

/** Waits until the process is gone; false when it outlived the time. */
export async function waitUntilGone(pid: number, forMs: number): Promise<boolean> {
  const until = performance.now() + forMs;
  while (isAlive(pid)) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
}

function beginOf(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return ps(pid, 'lstart=') || undefined;
  return statFields(pid)[19];
}

// A container's first process need not reap its children: a dead one stays visible as a zombie.
const isZombie = (pid: number): boolean => statFields(pid)[0] === 'Z';

/** What follows the name in /proc/<pid>/stat: the name may hold spaces and brackets itself. */
function statFields(pid: number): readonly string[] {
  const stat = readQuietly(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const ps = (pid: number, column: string): string =>
  spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone meanwhile, or a system without /proc: both mean "nothing to tell"
  }
}
