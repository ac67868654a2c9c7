import { queryTexts, type NamedStatement } from './brief-query.js';
import { isRefusal } from './outage.js';
import type { TenantPool } from './tenant-pool.js';

/** A statement that only reads, and answers one text. */
export interface Reading extends NamedStatement {
  readonly tenantId: string;
  /** Runs it by itself. */
  readonly alone: () => Promise<string | null>;
}

interface Waiting extends Reading {
  readonly resolve: (text: Promise<string | null> | string | null) => void;
  readonly reject: (error: unknown) => void;
}

/** How many go together at most: the last waits for all before him. */
const most = 8;

const queues = new WeakMap<TenantPool, Map<string, Waiting[]>>();

/**
 * For when all connections are taken: what asks for the same statement of the same tenant while one waits for a connection goes along with it,
 * in one write. Where one of several fails, each is run by itself.
 */
export function queuedText(pool: TenantPool, reading: Reading): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const queue = queueOf(pool, `${reading.tenantId} ${reading.name}`);
    queue.push({ ...reading, resolve, reject });
  });
}

/** Those that wait, with room for one more; a new queue asks for its connection at once. */
function queueOf(pool: TenantPool, key: string): Waiting[] {
  const ofPool = queues.get(pool) ?? new Map<string, Waiting[]>();
  queues.set(pool, ofPool);
  const known = ofPool.get(key);
  if (known && known.length < most) return known;
  const queue: Waiting[] = [];
  ofPool.set(key, queue);
  void go(pool, queue, () => {
    if (ofPool.get(key) === queue) ofPool.delete(key);
  });
  return queue;
}

/** Answers everybody, and never rejects. */
async function go(pool: TenantPool, queue: readonly Waiting[], leave: () => void): Promise<void> {
  // Who opened the queue is in it when this goes on.
  await Promise.resolve();
  const [first] = queue;
  if (!first) return leave();
  try {
    const texts = await askedTogether(pool, queue, leave);
    texts.forEach((text, i) => queue[i]?.resolve(text));
  } catch (error) {
    leave();
    if (isRefusal(error) && queue.length > 1) queue.forEach(({ alone, resolve }) => resolve(alone()));
    else queue.forEach(({ reject }) => reject(error));
  }
}

async function askedTogether(pool: TenantPool, queue: readonly Waiting[], leave: () => void): Promise<readonly (string | null)[]> {
  const [first] = queue;
  if (!first) return [];
  const { tenantId, name, text } = first;
  const client = await pool.lease(tenantId);
  // Whoever comes from now on waits for another.
  leave();
  let broken = false;
  try {
    return await queryTexts(
      client,
      { name, text },
      queue.map(({ values }) => values),
    );
  } catch (error) {
    broken = !isRefusal(error);
    throw error;
  } finally {
    client.release(broken);
  }
}
