import type { MigrationRunner } from '#kernel/db/migration.js';

/** What is planned for a span of time stands together, whatever the clocks of its places show. */
export class PlansByInstant1700000019011 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create index activities_start_at_idx on customers.activities (tenant_id, start_at, id)`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop index customers.activities_start_at_idx`);
  }
}
