import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { openApiDocument } from '#api/rest/openapi.js';
import { wireAuth } from './auth-wiring.js';
import { readConfig } from './config.js';
import { createApi } from './create-api.js';
import { loadJwtKeys } from './keys.js';
import { projectRoot } from './project-root.js';
import { makeLog, openSystem } from './system.js';
import { version } from './version.js';

/** The contracts of this installation as text: file name → content. */
export type Contracts = Readonly<Record<string, string>>;

const folder = join(projectRoot, 'openapi');

/** Builds the whole API on a throw-away database and reads its contracts off. */
export async function makeContracts(): Promise<Contracts> {
  const home = await mkdtemp(join(tmpdir(), 'kontor-contracts-'));
  const config = { ...readConfig({}), home, logLevel: 'error' as const };
  const system = await openSystem(config, makeLog(config));
  try {
    const auth = await wireAuth(system.runtime, {
      tokens: { keys: loadJwtKeys(config), issuer: config.publicUrl, audience: 'kontor' },
      databaseUrl: system.postgres.appUrl,
    });
    const { app, schema } = await createApi({
      runtime: system.runtime,
      auth,
      feed: { onEvent: () => () => undefined },
      cursorSecret: '',
      isProduction: false,
      trustProxy: false,
      log: system.log,
    });
    await app.init();
    const document = openApiDocument(app, system.registry, version);
    await app.close();
    await auth.stop();
    return {
      'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
      'schema.graphql': `${printSchema(lexicographicSortSchema(schema))}\n`,
    };
  } finally {
    await system.stop();
    await rm(home, { recursive: true, force: true });
  }
}

export async function writeContracts(contracts: Contracts): Promise<void> {
  for (const [name, text] of Object.entries(contracts)) await writeFile(join(folder, name), text);
}

/** Names of committed files that differ from what the code says. */
export async function staleContracts(contracts: Contracts): Promise<string[]> {
  const stale: string[] = [];
  for (const [name, text] of Object.entries(contracts)) {
    const committed = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (committed !== text) stale.push(`openapi/${name}`);
  }
  return stale;
}
