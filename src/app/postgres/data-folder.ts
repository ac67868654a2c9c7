import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assertBinariesRun, canWork, isRoot, ourselves, unprivilegedAccount, waysToDrop, type RunAs } from './run-as.js';
import { findBinaries, inFolder, type Binaries } from './binaries.js';
import { errorCode, OperatorError } from './failure.js';
import { POSTGRES_MAJOR } from './settings.js';

/** Where the data lives, which binaries open it, and as whom they run. */
export interface Place {
  readonly dataFolder: string;
  readonly binaries: Binaries;
  readonly who: RunAs;
}

const FIRST_START_BYTES = 200_000_000;
const LATER_START_BYTES = 40_000_000;

/** Finds the place of the data below `home`; the folder may still be empty. */
export function findPlace(home: string, durable: boolean): Place {
  const wanted = join(home, 'postgres');
  const dataFolder = existsSync(wanted) ? realpathSync(wanted) : wanted;
  const binaries = findBinaries();
  assertBinariesRun(binaries);
  assertVersion(dataFolder);
  assertSpace(home, existsSync(wanted) ? LATER_START_BYTES : FIRST_START_BYTES);
  if (!isRoot()) return { dataFolder, binaries, who: assertMine(dataFolder) };

  const owner = existsSync(dataFolder) ? statSync(dataFolder) : undefined;
  const account = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedAccount();
  if (owner?.uid === 0) chownTree(dataFolder, account);
  return placeForRoot({ dataFolder, binaries, account, base: durable ? '/var/lib/kontor' : join(tmpdir(), 'kontor-postgres'), home });
}

interface RootPlan {
  readonly dataFolder: string;
  readonly binaries: Binaries;
  readonly account: { readonly uid: number; readonly gid: number };
  readonly base: string;
  readonly home: string;
}

function placeForRoot({ dataFolder, binaries, account, base, home }: RootPlan): Place {
  const ways = waysToDrop(account);
  const at = (folder: string, from: Binaries): Place | undefined => {
    const who = ways.find((way) => canWorkIn(folder, way, from));
    return who && { dataFolder: folder, binaries: from, who };
  };
  const there = at(dataFolder, binaries);
  if (there) return there;
  // Not even a capability helps (a container may forbid it): the program goes where everybody may enter, and new data too.
  const copied = copyBinaries(binaries, base);
  const elsewhere = at(dataFolder, copied) ?? (existsSync(dataFolder) ? undefined : at(moveData(home, base), copied));
  if (elsewhere) return elsewhere;
  throw new OperatorError(
    `PostgreSQL does not run as root, and account ${account.uid} cannot enter ${dataFolder}: set KONTOR_HOME to a folder others may enter, or start Kontor as an ordinary user.`,
  );
}

function canWorkIn(folder: string, who: RunAs, binaries: Binaries): boolean {
  if (existsSync(folder)) return canWork(who, binaries, folder);
  const probe = mkdtempSync(join(dirname(folder), '.probe-'));
  try {
    chownSync(probe, who.uid, who.gid);
    return canWork(who, binaries, probe);
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false; // a root that may not give files away
    throw error;
  } finally {
    rmdirSync(probe);
  }
}

function copyBinaries(binaries: Binaries, base: string): Binaries {
  const version = createHash('sha256').update(readFileSync(binaries.postgres)).digest('hex').slice(0, 12);
  const target = join(base, `postgresql-${POSTGRES_MAJOR}-${version}`);
  if (!existsSync(target)) {
    mkdirSync(base, { recursive: true, mode: 0o755 });
    chmodSync(base, 0o755);
    const draft = mkdtempSync(join(base, '.draft-'));
    cpSync(binaries.folder, draft, { recursive: true, verbatimSymlinks: true });
    chmodSync(draft, 0o755);
    renameSync(draft, target);
  }
  return inFolder(target);
}

/** Gives new data a home outside, reached through a link where it is looked for. */
function moveData(home: string, base: string): string {
  const folder = join(base, `data-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chmodSync(folder, 0o755);
  symlinkSync(join(folder, 'postgres'), join(home, 'postgres'));
  return join(folder, 'postgres');
}

/** A database of another major version is left alone: its files cannot be read by this one. */
function assertVersion(dataFolder: string): void {
  const file = join(dataFolder, 'PG_VERSION');
  if (!existsSync(file)) return;
  const version = readFileSync(file, 'utf8').trim();
  if (version === POSTGRES_MAJOR) return;
  throw new OperatorError(
    `The data in ${dataFolder} belongs to PostgreSQL ${version} and this Kontor brings ${POSTGRES_MAJOR}: start the Kontor that made it, or set KONTOR_HOME to a new folder.`,
  );
}

function assertSpace(home: string, needed: number): void {
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize >= needed) return;
  const megabytes = (bytes: number) => Math.floor(bytes / 1_000_000);
  throw new OperatorError(
    `The disk that holds ${home} has ${megabytes(bavail * bsize)} MB left and ${megabytes(needed)} MB are needed: free some space, or set KONTOR_HOME to a folder on another disk.`,
  );
}

function assertMine(dataFolder: string): RunAs {
  const owner = statSync(dataFolder, { throwIfNoEntry: false })?.uid;
  if (owner === undefined || owner === process.geteuid?.()) return ourselves();
  throw new OperatorError(
    `The data in ${dataFolder} belongs to account ${owner}: start Kontor as that account or as root, or set KONTOR_HOME to a folder of yours.`,
  );
}

function chownTree(folder: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  for (const path of [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))])
    lchownSync(path, uid, gid);
}
