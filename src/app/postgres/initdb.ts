import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Place } from './data-folder.js';
import { explain, type OperatorError } from './failure.js';
import { CHILD_ENV, commandAs, isRoot } from './run-as.js';

/**
 * The character classes of full-text and similarity search come from the system's locale, so the first of these it knows is taken.
 * Sorting and upper/lower case come from PostgreSQL itself ("builtin"): they stay the same on every system and after every upgrade.
 */
const LOCALES = ['C.UTF-8', 'en_US.UTF-8', 'C'] as const;

/** Makes the database files, if there are none. They appear all at once: a start that was cut off leaves nothing half made. */
export function initialise(place: Place, home: string, password: string): void {
  const { dataFolder, who } = place;
  if (existsSync(join(dataFolder, 'PG_VERSION'))) return;
  const draft = join(dirname(dataFolder), `${basename(dataFolder)}.new`);
  const passwordFile = `${draft}.password`;
  const clear = () => [draft, passwordFile].forEach((path) => rmSync(path, { recursive: true, force: true }));
  clear();
  try {
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    for (const path of isRoot() ? [draft, passwordFile] : []) chownSync(path, who.uid, who.gid);
    runInitdb(place, [`--pgdata=${draft}`, `--pwfile=${passwordFile}`], home);
    renameSync(draft, dataFolder);
  } finally {
    clear();
  }
}

function runInitdb(place: Place, args: readonly string[], home: string): void {
  let failure: OperatorError | undefined;
  for (const locale of LOCALES) {
    const said = initdb(place, [...args, `--locale=${locale}`]);
    if (said === undefined) return;
    failure = explain(said, home);
    if (!/locale/.test(said)) throw failure;
  }
  if (failure) throw failure;
}

/** What it complained about; undefined when all went well. */
function initdb({ binaries, who }: Place, args: readonly string[]): string | undefined {
  const command = commandAs(who, binaries.initdb, [
    ...args,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--lc-messages=C',
    '--data-checksums',
    '--no-instructions',
  ]);
  const { status, stderr, error } = spawnSync(command.file, command.args, { ...who.options, cwd: '/', env: CHILD_ENV, encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr) || 'nothing';
}
