import type { Database } from '#kernel/db/data-source.js';
import { OperatorError } from './postgres/failure.js';

/** Connections this process may open beside its pools: the feed of events, the channel of rights, a migration. */
const others = 4;

/**
 * Pools that are larger than the server allows do not fail at once but under load, and a pool too small hangs without a
 * word. So the sum is held against the server while somebody is looking.
 */
export async function assertConnectionBudget(database: Database, pools: { readonly data: number; readonly queue: number }): Promise<void> {
  const { rows } = await database.pool.query<{ free: number }>(
    `select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer - current_setting('reserved_connections', true)::integer as free`,
  );
  const allowed = rows[0]?.free ?? 0;
  const wanted = pools.data + pools.queue + others;
  if (wanted <= allowed) return;
  throw new OperatorError(
    `This process may open ${wanted} connections (${pools.data} for data, ${pools.queue} for the queue, ${others} others), and PostgreSQL allows ${allowed} in all: lower DB_POOL_SIZE or QUEUE_POOL_SIZE, or raise max_connections.`,
  );
}
