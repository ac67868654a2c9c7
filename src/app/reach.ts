import { connect } from 'node:net';
import { errorCode, OperatorError } from './postgres/failure.js';

/** Makes sure that something listens where a setting points, and returns where that is; else says so in a sentence. */
export function reach(setting: string, url: string, usualPort: number): Promise<string> {
  const { hostname, port } = new URL(url);
  // An address without a host means a socket on this machine, which its driver knows better how to find.
  if (hostname === '') return Promise.resolve('a socket on this machine');
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || usualPort };
  return new Promise((tell, fail) => {
    const socket = connect({ ...at, timeout: 5_000 }, () => {
      socket.destroy();
      tell(`${hostname}:${at.port}`);
    });
    const fails = (reason: string) => {
      socket.destroy();
      fail(new OperatorError(`${hostname}:${at.port} ${reason}: check ${setting}, and that the server it names is running.`));
    };
    socket.once('error', (error) => fails(errorCode(error) === 'ENOTFOUND' ? 'has no address' : 'refuses the connection'));
    socket.once('timeout', () => fails('does not answer within 5 seconds'));
  });
}

const refusals: Readonly<Record<string, string>> = {
  '28P01': 'The database does not take the password of this account: check DATABASE_URL and DATABASE_OWNER_URL.',
  '28000': 'The database does not let this account in: check DATABASE_URL, DATABASE_OWNER_URL and its pg_hba.conf.',
  '3D000': 'The database server has no database of this name: make it with "kontor prepare-database", or check DATABASE_URL.',
};

/** What an outside database says to a wrong setting, as a sentence; any other error as it is. */
export function databaseRefusal(error: unknown): unknown {
  const said = refusals[errorCode(error) ?? ''];
  return said === undefined ? error : new OperatorError(said);
}
