import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { errorCode, OperatorError } from './failure.js';

/** What has to be remembered of an embedded server between starts: where it listens and who may enter. */
export interface Cluster {
  readonly port: number;
  readonly passwords: Readonly<Record<'postgres' | 'kontor_owner' | 'kontor_app', string>>;
}

const fileIn = (home: string): string => join(home, 'postgres.json');

/** The remembered cluster, or a new one with fresh passwords. */
export function readCluster(home: string): Cluster {
  try {
    return parseCluster(readFileSync(fileIn(home), 'utf8'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      return { port: 0, passwords: { postgres: password(), kontor_owner: password(), kontor_app: password() } };
    if (!(error instanceof SyntaxError)) throw error;
    throw new OperatorError(
      `${fileIn(home)} cannot be read; it holds the passwords of the database beside it: restore it, or run "npm run reset".`,
    );
  }
}

/** Written whole or not at all, readable by its owner only. */
export function writeCluster(home: string, cluster: Cluster): void {
  const draft = `${fileIn(home)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(cluster, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, fileIn(home));
}

export const urlOf = ({ port, passwords }: Cluster, user: keyof Cluster['passwords'], database: string): string =>
  `postgres://${user}:${passwords[user]}@127.0.0.1:${port}/${database}`;

/** A port nobody listens on at this moment; the wanted one if it is free. */
export async function freePort(wanted: number): Promise<number> {
  const free = (await portIfFree(wanted)) ?? (await portIfFree(0));
  if (free === undefined) throw new OperatorError('This machine has no free TCP port on 127.0.0.1 for the database.');
  return free;
}

function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

const password = (): string => randomBytes(24).toString('base64url');

function parseCluster(text: string): Cluster {
  const { port, passwords } = JSON.parse(text) as Partial<Cluster>;
  if (typeof port !== 'number' || !passwords?.postgres || !passwords.kontor_owner || !passwords.kontor_app)
    throw new SyntaxError('not a cluster file');
  return { port, passwords };
}
