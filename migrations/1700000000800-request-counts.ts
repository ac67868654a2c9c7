import type { MigrationRunner } from '#kernel/db/migration.js';

/** Where processes count requests together: the store of rate-limiter-flexible. Its keys are hashes, so no tenant and no person is in it. */
export class RequestCounts1700000000800 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(
      `create unlogged table kernel.request_counts (key varchar(255) primary key, points integer not null default 0, expire bigint)`,
    );
    await q.query(`grant select, insert, update, delete on kernel.request_counts to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop table kernel.request_counts`);
  }
}
