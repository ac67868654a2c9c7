import pg from 'pg';
import type { Exec } from '../outbox/exec.js';

/** A connection of the owner of the tables, for what the application itself must not do. */
export async function asOwner<T>(ownerUrl: string, run: (exec: Exec) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    return await run(async (text, values) => {
      const { rows, rowCount } = await client.query<Record<string, unknown>>(text, [...values]);
      return { rows, rowCount };
    });
  } finally {
    await client.end();
  }
}
