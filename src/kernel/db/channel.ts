import pg from 'pg';

export interface ChannelOptions {
  readonly databaseUrl: string;
  readonly channel: string;
  readonly onMessage: (payload: string) => void;
  /** Called after each gap in which messages may have been missed. */
  readonly onGap: () => void;
  readonly log?: { warn(details: object, message: string): void };
  readonly checkEveryMs?: number;
}

const quickestMs = 100;
const slowestMs = 2_000;

/** One connection that hears one NOTIFY channel, and knows whether it does. It is opened again when it is lost. */
export class Channel {
  private client: pg.Client | null = null;
  private stopped = false;
  private timer: NodeJS.Timeout | null = null;
  private waitMs = quickestMs;

  constructor(private readonly options: ChannelOptions) {}

  /** Whether messages reach us, as far as can be known. */
  get hears(): boolean {
    return this.client !== null;
  }

  /** Resolves when the first connection listens. */
  start(): Promise<void> {
    return this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    const client = this.client;
    this.client = null;
    await client?.end();
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.databaseUrl,
      application_name: 'kontor-channel',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      query_timeout: 3_000,
    });
    client.on('notification', ({ payload }) => this.options.onMessage(payload ?? ''));
    client.on('error', (err) => this.lost(client, err));
    client.on('end', () => this.lost(client, new Error('The connection was closed.')));
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.options.channel)}`);
    } catch (error) {
      client.removeAllListeners('end');
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.stopped) return client.end();
    this.options.onGap();
    this.client = client;
    this.waitMs = quickestMs;
    this.checkLater(client);
  }

  /** A line that died without a word is found out by asking. */
  private checkLater(client: pg.Client): void {
    this.timer = setTimeout(() => {
      client.query('select 1').then(
        () => this.client === client && this.checkLater(client),
        (err: unknown) => this.lost(client, err),
      );
    }, this.options.checkEveryMs ?? 2_000);
    this.timer.unref();
  }

  private lost(client: pg.Client, err: unknown): void {
    if (this.client !== client || this.stopped) return;
    this.client = null;
    this.options.log?.warn({ err }, `The channel ${this.options.channel} lost its connection`);
    client.end().catch(() => undefined);
    this.reconnectLater();
  }

  private reconnectLater(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.connect().catch((err: unknown) => {
        this.options.log?.warn({ err }, `The channel ${this.options.channel} cannot connect`);
        if (!this.stopped) this.reconnectLater();
      });
    }, this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, slowestMs);
  }
}
