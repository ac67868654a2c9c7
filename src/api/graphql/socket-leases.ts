import { randomUUID } from 'node:crypto';
import type { Database } from '#kernel/db/data-source.js';
import { digest } from '../http/quota-store.js';

/** What somebody has open. */
export interface Held {
  readonly connections: number;
  readonly operations: number;
}

export const nothingHeld: Held = { connections: 0, operations: 0 };

/** Where processes tell each other what people have open with them. */
export interface SocketLeases {
  /** Says what `person` has open here, and answers what he has open in all other processes together. */
  hold(person: string, held: Held): Promise<Held>;
  /** Says of everybody what is open here, and of all others that nothing is. Has to come again before it is forgotten. */
  renew(all: ReadonlyMap<string, Held>): Promise<void>;
}

/** A process that has not said so for this long is taken for dead. */
const forgottenAfter = '90 seconds';

/** In PostgreSQL, whose table is made by a migration. While it does not answer, each process counts for itself. */
export class PostgresLeases implements SocketLeases {
  private readonly process = randomUUID();

  constructor(private readonly pool: Pick<Database['pool'], 'query'>) {}

  async hold(person: string, { connections, operations }: Held): Promise<Held> {
    try {
      const place = [digest(person), this.process];
      // Said before it is asked: of two processes that do so at once, one at least hears of the other.
      await this.pool.query(
        `insert into kernel.socket_leases (person, process, connections, operations, seen_at) values ($1, $2, $3, $4, now())
         on conflict (person, process) do update set connections = excluded.connections, operations = excluded.operations, seen_at = excluded.seen_at`,
        [...place, connections, operations],
      );
      const { rows } = await this.pool.query<Held>(
        `select coalesce(sum(connections), 0)::integer as connections, coalesce(sum(operations), 0)::integer as operations
         from kernel.socket_leases where person = $1 and process <> $2 and seen_at > now() - interval '${forgottenAfter}'`,
        place,
      );
      return rows[0] ?? nothingHeld;
    } catch {
      return nothingHeld;
    }
  }

  async renew(all: ReadonlyMap<string, Held>): Promise<void> {
    const held = [...all].toSorted(([a], [b]) => (a < b ? -1 : 1));
    try {
      await this.pool.query(
        `with given as (select * from unnest($2::text[], $3::integer[], $4::integer[]) as given (person, connections, operations)),
         gone as (delete from kernel.socket_leases l where (l.process = $1 and not exists (select from given where given.person = l.person))
           or l.seen_at < now() - 10 * interval '${forgottenAfter}')
         insert into kernel.socket_leases (person, process, connections, operations, seen_at)
         select person, $1, connections, operations, now() from given
         on conflict (person, process) do update set connections = excluded.connections, operations = excluded.operations, seen_at = excluded.seen_at`,
        [
          this.process,
          held.map(([person]) => digest(person)),
          held.map(([, { connections }]) => connections),
          held.map(([, { operations }]) => operations),
        ],
      );
    } catch {
      // The next time will do.
    }
  }
}
