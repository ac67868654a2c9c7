import { resolve } from 'node:path';

/** The folder of package.json: two above this file, in src as in dist. */
export const projectRoot = resolve(import.meta.dirname, '..', '..');

export const migrationsFolder = resolve(projectRoot, 'migrations');
