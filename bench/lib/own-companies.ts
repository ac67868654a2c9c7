import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionTenant, wireAuth } from '#app/auth-wiring.js';
import { createApi } from '#app/create-api.js';
import { startEmbeddedPostgres } from '#app/embedded-postgres.js';
import { allModules } from '#app/modules.js';
import { systemActor } from '#kernel/access/actor.js';
import { openDatabase } from '#kernel/db/data-source.js';
import { migrate } from '#kernel/db/migrate.js';
import { Runtime } from '#kernel/db/runtime.js';
import { EventFeed } from '#kernel/outbox/listen.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { systemClock } from '#kernel/usecase/clock.js';
import { installMetadata } from '#modules/customization/package/install-metadata.js';
import { noPorts } from '#kernel/testing/no-ports.js';

export interface OwnCompany {
  readonly i: number;
  /** Sends one GraphQL operation; the milliseconds it took. Throws when it has errors. */
  ask(query: string): Promise<number>;
  /** Defines one more field. */
  change(key: string): Promise<void>;
}

const labels = { en: 'Own' };
const password = 'correct horse battery';

/** Fields and an object that no other company has. */
const packageOf = (i: number) => ({
  format: 'kontor.metadata/1',
  name: `company-${i}`,
  objects: [{ key: `thing${i}`, plural: `thingsOf${i}`, labels }],
  fields: [
    ...Array.from({ length: 3 + (i % 5) }, (_, n) => ({ objectName: 'account', key: `own${i}n${n}`, type: 'text', labels })),
    ...['text', 'int', 'date'].map((type) => ({ objectName: `x_thing${i}`, key: `own${type}`, type, labels })),
  ],
});

/** The whole API in this process, with companies that have all defined something else. */
export async function openOwnCompanies(count: number) {
  const home = mkdtempSync(join(tmpdir(), 'kontor-bench-custom-'));
  const postgres = await startEmbeddedPostgres({ home, durable: false });
  await migrate(postgres.ownerUrl, join(import.meta.dirname, '..', '..', 'migrations'));
  const registry = buildRegistry(allModules);
  const database = await openDatabase(registry, { url: postgres.appUrl, poolSize: 6 });
  const runtime = new Runtime(registry, database, systemClock, noPorts);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { active: { kid: 'k1', privateKey }, publicKeys: new Map([['k1', publicKey]]) };
  const tokens = { keys, issuer: 'https://bench.test', audience: 'kontor' };
  const auth = await wireAuth(runtime, { tokens, databaseUrl: postgres.appUrl });
  const feed = new EventFeed({ databaseUrl: postgres.appUrl });
  await feed.start();
  const log = { error: (details: object) => console.error(details) };
  const { app } = await createApi({ runtime, auth, feed, cursorSecret: 'bench', isProduction: false, trustProxy: false, log });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();

  async function company(i: number): Promise<OwnCompany> {
    const [slug, email] = [`bench-${i}`, `bench-${i}@example.test`];
    const admin = { email, name: 'Bench', password };
    const { tenantId } = await provisionTenant(runtime, { slug, name: slug, currency: 'EUR', timeZone: 'UTC', locale: 'en', admin });
    await auth.runner.run(installMetadata, { package: packageOf(i) }, { tenantId, actor: systemActor('bench') });
    const { accessToken } = await auth.flows.login({ email, password, tenant: slug }, { ip: `10.0.${i >> 8}.${i & 255}`, userAgent: null });
    const send = async (url: string, payload: object) => {
      const from = performance.now();
      const answer = await app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${accessToken}` } });
      if (answer.statusCode >= 300 || answer.body.includes('"errors"')) throw new Error(answer.body.slice(0, 500));
      return performance.now() - from;
    };
    return {
      i,
      ask: (query) => send('/graphql', { query }),
      change: async (key) => {
        await send('/v1/field-definitions', { objectName: 'account', key, type: 'text', labels });
      },
    };
  }

  const companies: OwnCompany[] = [];
  for (let i = 0; i < count; i++) companies.push(await company(i));
  return {
    companies,
    stop: async () => {
      await app.close();
      await feed.stop();
      await auth.stop();
      await database.source.destroy();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
