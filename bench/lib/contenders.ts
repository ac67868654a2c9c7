import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contendersFolder, type Contender } from './contender.ts';
import type { CrmData } from './crm-data.ts';
import { startDirectus } from './directus.ts';
import type { Installation } from './installation.ts';
import { startPostGraphile } from './postgraphile.ts';

/** Those that could be started; why another could not is said. */
export async function startContenders(installation: Installation, data: CrmData, ids: readonly string[]): Promise<Contender[]> {
  const problem = installContenders();
  if (problem !== null) {
    console.log(`The contenders could not be installed from npm: ${problem}\n`);
    return [];
  }
  const found: Contender[] = [];
  for (const [name, start] of [
    ['PostGraphile', startPostGraphile],
    ['Directus', startDirectus],
  ] as const) {
    try {
      found.push(await start(installation, data, ids));
    } catch (error) {
      console.log(`${name} is left out: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return found;
}

/** From npm and nothing else: no install script runs, so nothing is fetched from anywhere else. */
function installContenders(): string | null {
  if (existsSync(join(contendersFolder, 'node_modules', '.package-lock.json'))) return null;
  console.log('Installing PostGraphile and Directus (about 1 GB) into bench/contenders …\n');
  const options = ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', options, { cwd: contendersFolder, encoding: 'utf8' });
  return status === 0 ? null : (stderr.split('\n').find((line) => line.includes('error')) ?? 'npm ci failed');
}
