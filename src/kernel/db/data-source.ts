import pg from 'pg';
import { DataSource } from 'typeorm';
import type { Registry } from '../resource/registry.js';
import { entitySchema } from './entity-schema.js';
import { TenantPool } from './tenant-pool.js';

export interface DatabaseOptions {
  /** URL of the application role. */
  readonly url: string;
  readonly poolSize: number;
  /** How long a caller waits for one of the pool's connections. */
  readonly patienceMs?: number;
  readonly onPoolError?: (error: Error) => void;
}

export interface Database {
  readonly source: DataSource;
  readonly pool: TenantPool;
}

/** TypeORM over all resources, on a pool that knows tenants. */
export async function openDatabase(registry: Registry, options: DatabaseOptions): Promise<Database> {
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    driver: { ...pg, Pool: TenantPool },
    poolSize: options.poolSize,
    connectTimeoutMS: options.patienceMs ?? 10_000,
    applicationName: 'kontor',
    entities: [...registry.resources.values()].map(entitySchema),
    installExtensions: false,
    poolErrorHandler: options.onPoolError ?? (() => undefined),
  });
  await source.initialize();
  const pool: unknown = (source.driver as unknown as { master: unknown }).master;
  if (!(pool instanceof TenantPool)) throw new Error('TypeORM did not take the tenant pool.');
  return { source, pool };
}
