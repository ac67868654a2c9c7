import { readFileSync } from 'node:fs';

/** Something an operator can put right. Its message is the whole story in one sentence; no stack is worth printing. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

// Not by `instanceof Error`: an error of Node itself is of another realm when our code runs in a vm context, as under Jest.
const has = <K extends string>(error: unknown, key: K): error is Record<K, unknown> =>
  typeof error === 'object' && error !== null && key in error;

export const messageOf = (error: unknown): string => (has(error, 'message') ? String(error.message) : String(error));

export const errorCode = (error: unknown): string | undefined =>
  has(error, 'code') && typeof error.code === 'string' ? error.code : undefined;

const KNOWN: readonly (readonly [RegExp, (home: string) => string])[] = [
  [
    /No space left on device|ENOSPC|could not write to file .*space/i,
    (home) => `The disk that holds ${home} is full: free some space, or set KONTOR_HOME to a folder on another disk.`,
  ],
  [
    /database files are incompatible with server|initialized by PostgreSQL version/i,
    (home) =>
      `The data in ${home} belongs to another PostgreSQL version: start the Kontor that made it, or set KONTOR_HOME to a new folder, or empty it with "npm run reset".`,
  ],
  [
    /Permission denied|ENOTDIR|not a directory|EACCES|EPERM|Operation not permitted|has wrong ownership|invalid permissions|Read-only file system|EROFS/i,
    (home) => `Kontor may not write to ${home}: make it yours (chown, chmod), or set KONTOR_HOME to a folder you own.`,
  ],
  [
    /could not create shared memory|could not resize shared memory|Cannot allocate memory|out of memory/i,
    () => 'PostgreSQL got no shared memory from this machine: free some memory, or set DATABASE_URL to a server elsewhere.',
  ],
  [
    /error while loading shared libraries|GLIBC_|Exec format error|cannot execute/i,
    () => 'The bundled PostgreSQL cannot run on this system: run "npm ci" again, or set DATABASE_URL to a PostgreSQL server of yours.',
  ],
];

/** The one sentence for what PostgreSQL, initdb or the file system said. */
export function explain(text: string, home: string): OperatorError {
  const known = KNOWN.find(([pattern]) => pattern.test(text));
  if (known) return new OperatorError(known[1](home));
  const said = text.trim().split('\n').slice(-4).join(' | ');
  return new OperatorError(`The embedded PostgreSQL in ${home} did not start; it said: ${said || 'nothing'}.`);
}

/** What a log file gained since `offset`. */
export function logSince(file: string, offset: number): string {
  try {
    return readFileSync(file).subarray(offset).toString('utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
