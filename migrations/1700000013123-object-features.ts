import type { MigrationRunner } from '#kernel/db/migration.js';

/** What records of a company's own objects have beside their fields, and where they may stand. */
export class ObjectFeatures1700000013123 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.object_definitions add column features jsonb`);
    await q.query(`alter table customization.object_definitions add column stages jsonb`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.object_definitions drop column stages`);
    await q.query(`alter table customization.object_definitions drop column features`);
  }
}
