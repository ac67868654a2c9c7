import { spawnSync, type SpawnOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Binaries } from './binaries.js';
import { OperatorError } from './failure.js';

/** Who PostgreSQL runs as, and what is put in front of its commands to get there. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly prefix: readonly string[];
  readonly options: Pick<SpawnOptions, 'uid' | 'gid'>;
}

/** PostgreSQL inherits nothing from our environment: PGPORT, LC_ALL and friends of the host must not change what it does. */
export const CHILD_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

export const isRoot = (): boolean => process.geteuid?.() === 0;

/** PostgreSQL refuses root. As root we become `postgres` if there is such an account, else `nobody`; no account is made. */
export function unprivilegedAccount(): { uid: number; gid: number } {
  const accounts = readAccounts();
  const named = (wanted: string) => accounts.find(({ name }) => name === wanted);
  return named('postgres') ?? named('nobody') ?? { uid: 65534, gid: 65534 };
}

export const ourselves = (): RunAs => ({ uid: process.geteuid?.() ?? -1, gid: process.getegid?.() ?? -1, prefix: [], options: {} });

/**
 * The ways for root to become that account, the least powerful first.
 * Below a folder only root may enter, an ordinary account cannot even reach its own files. There it keeps one capability: to look (or,
 * where a container has not got that, to pass) through such folders. `no_setuid_fixup` is needed because PostgreSQL asks access(2),
 * which drops capabilities of ordinary accounts otherwise.
 */
export function waysToDrop({ uid, gid }: { uid: number; gid: number }): readonly RunAs[] {
  const keeping = (capability: string): RunAs => ({
    uid,
    gid,
    options: {},
    prefix: [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      '--securebits=+no_setuid_fixup',
      '--',
    ],
  });
  return [{ uid, gid, prefix: [], options: { uid, gid } }, keeping('dac_read_search'), keeping('dac_override')];
}

/** The command line and spawn options that run `file` as that account. */
export function commandAs(who: RunAs, file: string, args: readonly string[]): { file: string; args: string[] } {
  const [first, ...rest] = [...who.prefix, file, ...args];
  return { file: first ?? file, args: rest };
}

/** True when that account can run the binaries and write into the folder. `access` is what PostgreSQL itself asks first. */
export function canWork(who: RunAs, binaries: Binaries, folder: string): boolean {
  const script = '[ -x "$1" ] && "$1" --version >/dev/null && cd "$2" && : > .kontor-probe && rm .kontor-probe';
  const { file, args } = commandAs(who, '/bin/sh', ['-c', script, 'sh', binaries.postgres, folder]);
  return spawnSync(file, args, { ...who.options, cwd: '/', env: CHILD_ENV, stdio: 'ignore' }).status === 0;
}

/** Fails in a sentence when the binaries do not even run as we are. */
export function assertBinariesRun(binaries: Binaries): void {
  const { status, stderr, error } = spawnSync(binaries.postgres, ['--version'], { env: CHILD_ENV, encoding: 'utf8' });
  if (status === 0) return;
  const said = (error?.message ?? stderr).trim().split('\n')[0] ?? '';
  throw new OperatorError(
    `The bundled PostgreSQL does not run on this system (${said}): run "npm ci" again, or set DATABASE_URL to a server of yours.`,
  );
}

function readAccounts(): readonly { name: string; uid: number; gid: number }[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}
