import type { MigrationRunner } from '#kernel/db/migration.js';

/** Which system a field's values come from, and what an object is shown by. */
export class OwnersOfFields1700000010220 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.field_definitions add column source_owner text`);
    await q.query(`alter table customization.object_definitions add column icon text`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.field_definitions drop column source_owner`);
    await q.query(`alter table customization.object_definitions drop column icon`);
  }
}
