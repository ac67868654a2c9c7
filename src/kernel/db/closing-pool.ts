import pg from 'pg';

/** How long a server may take to let go of its connections. */
const patienceMs = 5_000;

/**
 * A pool whose end is the end of its connections too. That of pg-pool resolves while they are still being closed: a server that
 * stops right after it cuts them off, and each is told as a connection lost.
 */
export class ClosingPool extends pg.Pool {
  private readonly open = new Set<pg.PoolClient>();

  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('connect', (client) => {
      this.open.add(client);
      // A connection that breaks between two statements of a transaction says so when nobody listens, which would end the process; the
      // next statement fails and tells who is concerned.
      client.on('error', () => undefined);
    });
    this.on('remove', (client) => this.open.delete(client));
  }

  override end(): Promise<void>;
  override end(callback: (error?: unknown) => void): void;
  override end(callback?: (error?: unknown) => void): Promise<void> | undefined {
    const closed = super.end().then(() => this.lastGone());
    if (!callback) return closed;
    closed.then(() => callback(), callback);
    return undefined;
  }

  private lastGone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.open.size === 0) return resolve();
      const giveUp = setTimeout(resolve, patienceMs);
      this.on('remove', () => {
        if (this.open.size > 0) return;
        clearTimeout(giveUp);
        resolve();
      });
    });
  }
}
