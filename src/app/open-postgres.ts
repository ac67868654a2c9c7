import type { Config } from './config.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { reach } from './reach.js';

/** Where the database is, whoever runs it. */
export interface OpenPostgres {
  readonly appUrl: string;
  /** Null: an outside database whose owner we were not told; its migrations are somebody else's work. */
  readonly ownerUrl: string | null;
  /** A superuser's address, of the embedded server only. */
  readonly superUrl: string | null;
  readonly isEmbedded: boolean;
  /** The embedded server of another living process, which stops it when it ends. */
  readonly isJoined: boolean;
  /** Stops the embedded server if this process started it. */
  readonly stop: () => Promise<void>;
}

/** The database of the settings; without one, the embedded PostgreSQL is started or joined. */
export async function openPostgres({ database, home }: Pick<Config, 'database' | 'home'>): Promise<OpenPostgres> {
  if (database) {
    await reach('DATABASE_URL', database.appUrl, 5432);
    return { ...database, superUrl: null, isEmbedded: false, isJoined: false, stop: () => Promise.resolve() };
  }
  const { appUrl, ownerUrl, superUrl, isOwner, stop } = await startEmbeddedPostgres({ home, durable: true });
  return { appUrl, ownerUrl, superUrl, isEmbedded: true, isJoined: !isOwner, stop };
}
