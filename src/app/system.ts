import { pino, type Logger } from 'pino';
import { join } from 'node:path';
import { openDatabase } from '#kernel/db/data-source.js';
import { migrate } from '#kernel/db/migrate.js';
import { Runtime } from '#kernel/db/runtime.js';
import { migrateQueue } from '#kernel/jobs/migrate-queue.js';
import { FolderFileStore } from '#kernel/files/folder-file-store.js';
import type { Ports } from '#kernel/ports/ports.js';
import { buildRegistry, type Registry } from '#kernel/resource/registry.js';
import { systemClock } from '#kernel/usecase/clock.js';
import { FileMailer } from './adapters/file-mailer.js';
import { SmtpMailer } from './adapters/smtp-mailer.js';
import { ThreadedTemplateRenderer } from './adapters/template-renderer.js';
import type { Config } from './config.js';
import { loadSigner, type Signer } from './keys.js';
import { allModules } from './modules.js';
import { openPostgres, type OpenPostgres } from './open-postgres.js';
import { migrationsFolder } from './project-root.js';
import { databaseRefusal } from './reach.js';

/** What every process of an installation has: settings, database, definitions, the ways out. */
export interface System {
  readonly config: Config;
  readonly log: Logger;
  readonly postgres: OpenPostgres;
  readonly registry: Registry;
  readonly runtime: Runtime;
  readonly signer: Signer;
  stop(): Promise<void>;
}

const megabyte = 1_048_576;

const secrets = [
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'secret',
  'key',
  'apiKey',
];

/** What happened, and where in the code: the rest of an error may be a driver's connection, or a customer's data. */
const errorFacts = (error: Error) => {
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack, ...('code' in error ? { code: error.code } : {}) };
};

export const makeLog = (config: Pick<Config, 'logLevel'>): Logger =>
  pino({
    level: config.logLevel,
    serializers: { err: (error: unknown) => (error instanceof Error ? errorFacts(error) : error) },
    redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`), 'req.headers.authorization'], censor: '[hidden]' },
  });

/** Opens the database, brings it up to date where this process may, and makes the runtime. */
export async function openSystem(config: Config, log: Logger): Promise<System> {
  const registry = buildRegistry(allModules);
  const postgres = await openPostgres(config);
  try {
    if (postgres.ownerUrl) await bringUpToDate(postgres.ownerUrl, log);
    const database = await openDatabase(registry, {
      url: postgres.appUrl,
      poolSize: config.dbPoolSize,
      onPoolError: (err) => log.warn({ err }, 'A database connection was lost'),
    });
    const signer = loadSigner(config);
    const renderer = new ThreadedTemplateRenderer();
    const mailer = config.smtpUrl ? new SmtpMailer({ url: config.smtpUrl }) : new FileMailer(join(config.home, 'mail'));
    const ports: Ports = {
      mailer,
      templates: renderer,
      files: new FolderFileStore(join(config.home, 'files'), {
        fileBytes: config.fileMegabytes * megabyte,
        tenantBytes: config.fileQuotaMegabytes * megabyte,
      }),
      publicUrl: config.publicUrl,
      sign: (purpose, text) => signer.sign(purpose, text),
      verify: (purpose, text, signature) => signer.verify(purpose, text, signature),
      keyFor: (purpose) => signer.keyFor(purpose),
    };
    return {
      config,
      log,
      postgres,
      registry,
      signer,
      runtime: new Runtime(registry, database, systemClock, ports),
      stop: async () => {
        await renderer.close();
        if (mailer instanceof SmtpMailer) await mailer.close();
        await database.source.destroy();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw databaseRefusal(error);
  }
}

async function bringUpToDate(ownerUrl: string, log: Logger): Promise<void> {
  const done = await migrate(ownerUrl, migrationsFolder);
  if (done.length > 0) log.info({ migrations: done }, 'The database was migrated');
  await migrateQueue(ownerUrl);
}
