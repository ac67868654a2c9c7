import pg from 'pg';
import { nilId } from '../resource/ids.js';
import { RecentIds } from './recent-ids.js';

/** That something happened and to what; whoever wants more reads it with his own rights. */
export interface FeedEvent {
  readonly tenantId: string;
  readonly id: string;
  readonly type: string;
  readonly resource: string | null;
  readonly subjectId: string | null;
}

export interface EventFeedOptions {
  /** URL of the application role. */
  readonly databaseUrl: string;
  readonly log?: { warn(details: object, message: string): void };
  /** How often the position to catch up from is moved on, and the connection's health looked after. */
  readonly checkEveryMs?: number;
}

const channel = 'kontor_events';
const quickestMs = 100;
const slowestMs = 2_000;
const page = 1_000;

/**
 * The events of all tenants as they are told, in this process, over one connection. A lost connection is opened again and
 * what was told meanwhile is read from the outbox, so every event arrives at least once, and hardly ever twice.
 */
export class EventFeed {
  private readonly listeners = new Set<(event: FeedEvent) => void>();
  private readonly recent = new RecentIds(20_000);
  private client: pg.Client | null = null;
  private stopped = false;
  private retry: NodeJS.Timeout | null = null;
  private check: NodeJS.Timeout | null = null;
  private waitMs = quickestMs;
  /** Everything told in transactions before it has reached us. */
  private position: string | null = null;
  private nextPosition: string | null = null;

  constructor(private readonly options: EventFeedOptions) {}

  /** Resolves when the first connection listens. */
  async start(): Promise<void> {
    await this.connect();
    this.check = setInterval(() => void this.movePosition(), this.options.checkEveryMs ?? 5_000);
    this.check.unref();
  }

  /** Returns the function that ends it. */
  onEvent(listener: (event: FeedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A position all events before which have reached this process: whoever heard them and reads on from here misses nothing. */
  resumePoint(): string | null {
    return this.position;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.check) clearInterval(this.check);
    if (this.retry) clearTimeout(this.retry);
    const client = this.client;
    this.client = null;
    await client?.end();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.databaseUrl,
      application_name: 'kontor-feed',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 10_000,
    });
    client.on('notification', ({ payload }) => this.deliver(payload === undefined ? [] : fromNotification(payload)));
    client.on('error', (err) => this.lost(client, err));
    client.on('end', () => this.lost(client, new Error('The connection was closed.')));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      const position = await readPosition(client);
      if (this.position !== null) await this.catchUp(client, this.position);
      this.position ??= position;
      this.nextPosition = null;
    } catch (error) {
      client.removeAllListeners('end');
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.stopped) return client.end();
    this.client = client;
    this.waitMs = quickestMs;
  }

  private lost(client: pg.Client, err: Error): void {
    if (this.client !== client || this.stopped) return;
    this.client = null;
    this.options.log?.warn({ err }, 'The feed of events lost its connection');
    client.end().catch(() => undefined);
    this.reconnect();
  }

  private reconnect(): void {
    this.retry = setTimeout(() => {
      this.connect().catch((err: unknown) => {
        this.options.log?.warn({ err }, 'The feed of events cannot connect');
        if (!this.stopped) this.reconnect();
      });
    }, this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, slowestMs);
  }

  /** Outbox rows of transactions that were open at `position` or began later, if they were told. The others will be notified. */
  private async catchUp(client: pg.Client, position: string): Promise<void> {
    let after = { txid: position, id: nilId };
    for (;;) {
      const { rows } = await client.query<RelayedRow>('select * from kernel.relayed_since($1, $2, $3)', [after.txid, after.id, page]);
      this.deliver(
        rows.map((r) => ({ tenantId: r.tenant_id, id: r.id, type: r.type, resource: r.subject_resource, subjectId: r.subject_id })),
      );
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = last;
    }
  }

  /** A position counts one round later: a notification may still have been on its way when it was read. */
  private async movePosition(): Promise<void> {
    const { client } = this;
    if (!client) return;
    try {
      const read = await readPosition(client);
      if (this.client !== client) return;
      this.position = this.nextPosition ?? this.position;
      this.nextPosition = read;
    } catch (error) {
      this.lost(client, error instanceof Error ? error : new Error('The connection does not answer.'));
    }
  }

  private deliver(events: readonly FeedEvent[]): void {
    for (const event of events) {
      if (!this.recent.add(event.id)) continue;
      for (const listener of this.listeners) {
        try {
          listener(event);
        } catch (err) {
          this.options.log?.warn({ err, type: event.type }, 'A listener of events failed');
        }
      }
    }
  }
}

interface RelayedRow {
  readonly txid: string;
  readonly tenant_id: string;
  readonly id: string;
  readonly type: string;
  readonly subject_resource: string | null;
  readonly subject_id: string | null;
}

async function readPosition(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ position: string }>('select kernel.feed_position() as position');
  return rows[0]?.position ?? '0';
}

/** Only the relay notifies, but any role may: what does not look like ours is passed over. */
function fromNotification(payload: string): FeedEvent[] {
  try {
    const told: unknown = JSON.parse(payload);
    return Array.isArray(told) ? told.filter(isFeedEvent) : [];
  } catch {
    return [];
  }
}

const isFeedEvent = (value: unknown): value is FeedEvent =>
  typeof value === 'object' && value !== null && 'tenantId' in value && 'id' in value && 'type' in value && typeof value.id === 'string';
