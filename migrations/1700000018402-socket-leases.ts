import type { MigrationRunner } from '#kernel/db/migration.js';

/** Where processes tell each other what people have open over sockets. People are hashes, so neither a tenant nor a person is in it. */
export class SocketLeases1700000018402 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create unlogged table kernel.socket_leases (
      person text not null, process uuid not null, connections integer not null, operations integer not null, seen_at timestamptz not null,
      primary key (person, process))`);
    await q.query(`create index socket_leases_seen_at_idx on kernel.socket_leases (seen_at)`);
    await q.query(`create index socket_leases_process_idx on kernel.socket_leases (process)`);
    await q.query(`grant select, insert, update, delete on kernel.socket_leases to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop table kernel.socket_leases`);
  }
}
