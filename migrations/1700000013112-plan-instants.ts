import type { MigrationRunner } from '#kernel/db/migration.js';

/** The instants of plans, kept beside them; and by which rules of time zones they were worked out last. */
export class PlanInstants1700000013112 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customers.activities add column start_at timestamp with time zone, add column start_is_shifted boolean`);
    await q.query(`alter table kernel.tenants add column zone_rules text`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table kernel.tenants drop column zone_rules`);
    await q.query(`alter table customers.activities drop column start_at, drop column start_is_shifted`);
  }
}
