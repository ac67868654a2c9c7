import pg from 'pg';
import { ClosingPool } from './closing-pool.js';

/** Instants become Date, everything exact stays text: a numeric must never pass through a float, nor a date through a zone. */
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.DATE, (text) => text);
types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => text.replace(' ', 'T'));

/** How the text of a column is read, by the column's type. pg's types know only parsers of numbers here. */
export const textReader = (type: number): ((text: string) => unknown) =>
  types.getTypeParser(type, 'text') as unknown as (text: string) => unknown;

interface IdleItem {
  readonly client: pg.PoolClient;
}

/**
 * A pool that remembers which tenant each connection last served and hands out a matching idle one first, so that
 * most requests need no extra statement to set the tenant. The setting is session-wide and made outside any
 * transaction: a rollback cannot bring an older tenant back.
 */
export class TenantPool extends ClosingPool {
  private readonly tenants = new WeakMap<pg.PoolClient, string>();

  constructor(config: pg.PoolConfig = {}) {
    super({
      ...config,
      types,
      // Prepared statements live as long as their connection: a new one now and then keeps PostgreSQL's memory bounded.
      maxLifetimeSeconds: 1800,
      options: '-c timezone=UTC -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000 -c jit=off',
    });
  }

  /** A connection whose wall is set to `tenantId`. Give it back with `release()`, after an error with `release(true)`. */
  async lease(tenantId: string): Promise<pg.PoolClient> {
    this.prefer(tenantId);
    const client = await this.connect();
    if (this.tenants.get(client) === tenantId) return client;
    try {
      this.tenants.delete(client);
      await client.query({ name: 'set_tenant', text: `select set_config('app.tenant_id', $1, false)`, values: [tenantId] });
      this.tenants.set(client, tenantId);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Whether whoever wants a connection now has to wait for one. */
  get isBusy(): boolean {
    return this.idleCount === 0 && this.totalCount >= this.options.max;
  }

  /** pg.Pool takes the last idle connection: put a matching one there. `_idle` is private to pg-pool, hence the pinned version and a test. */
  private prefer(tenantId: string): void {
    const idle = (this as unknown as { _idle: IdleItem[] })._idle;
    for (let i = idle.length - 1; i >= 0; i--) {
      const item = idle[i];
      if (item && this.tenants.get(item.client) === tenantId) {
        idle.splice(i, 1);
        idle.push(item);
        return;
      }
    }
  }
}
