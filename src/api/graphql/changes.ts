import type { Database } from '#kernel/db/data-source.js';
import type { EventFeed, FeedEvent } from '#kernel/outbox/listen.js';
import { recordEvent } from '#kernel/usecase/define-event.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Change, ChangeStream } from './subscriptions.js';

const longestQueue = 1_000;
type Verb = Change['verb'];

/** Turns the feed of ids into changes, one queue a listener. A listener too slow to keep up loses its stream, not our memory. */
export class FeedChanges implements ChangeStream {
  private readonly verbs = new Map<string, Verb>();
  private readonly queues = new Map<string, Set<ChangeQueue>>();

  constructor(
    feed: Pick<EventFeed, 'onEvent'>,
    private readonly database: Database,
    registry: Registry,
    private readonly onError: (error: unknown) => void,
  ) {
    for (const resource of registry.resources.values()) {
      for (const verb of ['created', 'updated', 'deleted'] as const) this.verbs.set(recordEvent(resource, verb).name, verb);
    }
    feed.onEvent((event) => this.tell(event));
  }

  listen(tenantId: string, resource: string): AsyncIterableIterator<Change> {
    const key = `${tenantId} ${resource}`;
    const set = this.queues.get(key) ?? new Set();
    this.queues.set(key, set);
    const queue = new ChangeQueue(() => {
      set.delete(queue);
      if (set.size === 0 && this.queues.get(key) === set) this.queues.delete(key);
    });
    set.add(queue);
    return queue;
  }

  private tell(event: FeedEvent): void {
    const verb = this.verbs.get(event.type);
    if (!verb || event.resource === null || event.subjectId === null) return;
    const listeners = this.queues.get(`${event.tenantId} ${event.resource}`);
    if (!listeners) return;
    const base = { tenantId: event.tenantId, resource: event.resource, id: event.subjectId, verb };
    this.details(event).then((details) => listeners.forEach((queue) => queue.push({ ...base, ...details })), this.onError);
  }

  /** Read once a process and event, however many listen. */
  private async details(event: FeedEvent): Promise<Pick<Change, 'version' | 'changedFields'>> {
    const client = await this.database.pool.lease(event.tenantId);
    try {
      const {
        rows: [row],
      } = await client.query<{ payload: { version?: number; changed?: string[] } }>({
        name: 'change_details',
        text: 'select payload from kernel.outbox where tenant_id = $1 and id = $2',
        values: [event.tenantId, event.id],
      });
      return { version: row?.payload.version ?? null, changedFields: row?.payload.changed ?? [] };
    } finally {
      client.release();
    }
  }
}

class ChangeQueue implements AsyncIterableIterator<Change> {
  private readonly waiting: Change[] = [];
  private wake: ((result: IteratorResult<Change>) => void) | null = null;
  private ended = false;

  constructor(private readonly onEnd: () => void) {}

  push(change: Change): void {
    if (this.ended) return;
    if (this.wake) {
      const wake = this.wake;
      this.wake = null;
      wake({ value: change, done: false });
      return;
    }
    this.waiting.push(change);
    if (this.waiting.length > longestQueue) this.end();
  }

  next(): Promise<IteratorResult<Change>> {
    const change = this.waiting.shift();
    if (change) return Promise.resolve({ value: change, done: false });
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  return(): Promise<IteratorResult<Change>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  private end(): void {
    this.ended = true;
    this.onEnd();
    this.wake?.({ value: undefined, done: true });
    this.wake = null;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Change> {
    return this;
  }
}
