import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Config } from '#app/config.js';
import { findBinaries } from '#app/postgres/binaries.js';
import { errorCode, OperatorError } from '#app/postgres/failure.js';
import { assertBinariesRun } from '#app/postgres/run-as.js';
import { reach } from '#app/reach.js';
import type { Check } from './finding.js';

const OLDEST_NODE = 24;
const ENOUGH_BYTES = 500_000_000;

export const machineChecks = (config: Config): Check[] => [
  { what: 'Node.js', look: nodeVersion },
  { what: `port ${config.port}`, look: () => httpPort(config) },
  { what: `folder ${config.home}`, look: () => homeFolder(config.home) },
  { what: 'disk', look: () => diskSpace(config.home) },
  ...check('Redis', 'REDIS_URL', config.redisUrl, 6379),
  ...check('mail server', 'SMTP_URL', config.smtpUrl, 587),
  ...(config.database ? [] : [{ what: 'bundled PostgreSQL', look: bundledPostgres }]),
];

function nodeVersion(): string {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.versions.node;
  throw new OperatorError(`${process.versions.node} is too old: run Kontor by its npm scripts, which bring Node.js ${OLDEST_NODE} along.`);
}

async function httpPort({ port, host }: Config): Promise<string> {
  const code = await new Promise<string | null>((tell) => {
    const server = createServer();
    server.once('error', (error) => tell(errorCode(error) ?? 'unknown reason'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => tell(null)));
  });
  if (code === null) return 'free';
  if (code === 'EADDRINUSE' && (await isKontor(port))) return 'a Kontor answers there';
  throw new OperatorError(portProblem(port, code));
}

/** Whether who has the port answers as Kontor does. */
const isKontor = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2000) }).then(
    async (answer) => (await answer.text()).includes('<title>Kontor</title>'),
    () => false,
  );

/** The sentence for a port the HTTP server cannot have. */
export function portProblem(port: number, code: string | undefined): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken, perhaps by a Kontor that runs already: stop that program, or set PORT to another number.`;
  if (code === 'EACCES') return `Port ${port} is reserved for root: set PORT to 1024 or more.`;
  return `Port ${port} cannot be opened on this address (${code ?? 'unknown reason'}): check HOST and PORT.`;
}

function homeFolder(home: string): string {
  const existing = nearestExisting(home);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
  } catch {
    throw new OperatorError(`${existing} is not writable: make it yours (chown, chmod), or set KONTOR_HOME to a folder you own.`);
  }
  return existing === home ? 'writable' : 'will be made';
}

function diskSpace(home: string): string {
  const { bavail, bsize } = statfsSync(nearestExisting(home));
  const free = `${Math.floor((bavail * bsize) / 1_000_000)} MB free`;
  if (bavail * bsize >= ENOUGH_BYTES) return free;
  throw new OperatorError(`only ${free}: free some space, or set KONTOR_HOME to a folder on another disk.`);
}

function bundledPostgres(): string {
  const binaries = findBinaries();
  assertBinariesRun(binaries);
  return 'runs on this system';
}

const check = (what: string, setting: string, url: string | null, usualPort: number): Check[] =>
  url ? [{ what, look: async () => `answers at ${await reach(setting, url, usualPort)}` }] : [];

const nearestExisting = (path: string): string => (existsSync(path) ? resolve(path) : nearestExisting(dirname(resolve(path))));
