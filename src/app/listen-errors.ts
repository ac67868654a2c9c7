import type { Config } from './config.js';
import { OperatorError } from './postgres/failure.js';

/** Why the HTTP port could not be opened, in a sentence. */
export function listenErrors(error: unknown, { port, host }: Pick<Config, 'port' | 'host'>): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'EADDRINUSE')
    return new OperatorError(`Port ${port} is taken by another program: stop that one, or choose another with PORT=${port + 1} npm start.`);
  if (code === 'EACCES') return new OperatorError(`This user may not open port ${port}: choose one above 1023 with PORT=3000 npm start.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new OperatorError(`This machine has no address ${host}: set HOST to one it has, such as 127.0.0.1 or 0.0.0.0.`);
  return error;
}
