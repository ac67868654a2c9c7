import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain, logSince, OperatorError } from './failure.js';
import { CHILD_ENV, commandAs, type RunAs } from './run-as.js';
import { commandLineOf, isAlive, waitUntilGone } from './process-identity.js';
import { serverSettings } from './settings.js';

export interface ServerPlan {
  readonly home: string;
  readonly postgres: string;
  readonly dataFolder: string;
  readonly who: RunAs;
  readonly port: number;
  readonly durable: boolean;
}

export interface RunningServer {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const START_PATIENCE_MS = 120_000; // a big database recovering after a power cut
const RETRY_MS = 15_000;
const LOG_LIMIT = 20_000_000;

/** Starts PostgreSQL and returns once it takes connections. */
export async function startServer(plan: ServerPlan): Promise<RunningServer> {
  const giveUp = performance.now() + RETRY_MS;
  for (;;) {
    const logFile = join(plan.home, 'postgres.log');
    const from = logOffset(logFile);
    const child = launch(plan, logFile);
    const { pid } = child;
    if (pid === undefined) throw explain('cannot execute', plan.home);
    const watchdog = startWatchdog(pid, plan.dataFolder);
    if (await becomesReady(child, plan.dataFolder)) return { pid, stop: () => stopBoth(pid, watchdog) };
    watchdog.kill('SIGKILL');
    const said = logSince(logFile, from);
    // Back ends of a killed server need a moment to notice that it is gone.
    if (!/pre-existing shared memory block/.test(said) || performance.now() > giveUp) throw failedStart(said, plan);
    await sleep(250);
  }
}

/** The process that has this data folder open, if there is one. A note left by a dead one, or one whose number now belongs to a stranger, is removed. */
export function runningOn(dataFolder: string): number | undefined {
  const note = join(dataFolder, 'postmaster.pid');
  if (!existsSync(note)) return undefined;
  const pid = Number(readFileSync(note, 'utf8').split('\n')[0]);
  const commandLine = pid > 0 && isAlive(pid) ? commandLineOf(pid) : '';
  if (commandLine.includes('postgres') && commandLine.includes(dataFolder)) return pid;
  rmSync(note, { force: true });
  return undefined;
}

/** Ends a server in order: clients are cut off and a checkpoint is written. Only one that hangs is stopped the hard way; its next start recovers. */
export async function stopServer(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await waitUntilGone(pid, 30_000)) return;
  signal(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, 10_000)) return;
  throw new OperatorError(`The database process ${pid} does not end: end it by hand, then start again.`);
}

async function stopBoth(pid: number, watchdog: ChildProcess): Promise<void> {
  await stopServer(pid);
  watchdog.kill('SIGKILL');
}

function launch({ postgres, dataFolder, who, port, durable }: ServerPlan, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const { file, args } = commandAs(who, postgres, ['-D', dataFolder, '-p', String(port), ...serverSettings(durable)]);
    // A session of its own: Ctrl-C in the terminal is for us, and we stop the database last.
    const child = spawn(file, args, { ...who.options, cwd: '/', env: CHILD_ENV, stdio: ['ignore', log, log], detached: true });
    child.on('error', () => undefined); // told by `pid` being undefined
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** Its standard input ends when we do, however we end; then it asks the database to stop. */
function startWatchdog(pid: number, dataFolder: string): ChildProcess {
  const script = 'read -r _; read -r pid < "$2" && [ "$pid" = "$1" ] && kill -INT "$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', String(pid), join(dataFolder, 'postmaster.pid')], {
    cwd: '/',
    env: CHILD_ENV,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  watchdog.unref();
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  return watchdog;
}

async function becomesReady(child: ChildProcess, dataFolder: string): Promise<boolean> {
  const until = performance.now() + START_PATIENCE_MS;
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    if (statusOf(dataFolder, child.pid) === 'ready') return true;
    await sleep(15);
  }
  child.kill('SIGINT');
  return false;
}

/** PostgreSQL writes its state into the eighth line of its note. */
function statusOf(dataFolder: string, pid: number | undefined): string {
  const note = join(dataFolder, 'postmaster.pid');
  if (!existsSync(note)) return '';
  const lines = readFileSync(note, 'utf8').split('\n');
  return Number(lines[0]) === pid ? (lines[7] ?? '').trim() : '';
}

function failedStart(said: string, plan: ServerPlan): OperatorError {
  if (/could not bind|Address already in use/.test(said))
    return new PortTaken(`Port ${plan.port} on 127.0.0.1 was taken by another program while the database started.`);
  return explain(said, resolve(plan.home));
}

/** Somebody was faster at the port; another one will do. */
export class PortTaken extends OperatorError {}

function logOffset(logFile: string): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_LIMIT) return size;
  rmSync(logFile);
  return 0;
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}
