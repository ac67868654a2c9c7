import type { MigrationRunner } from '#kernel/db/migration.js';

/** Objects that say how two records stand to each other. */
export class Relations1700000010100 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.object_definitions add column is_relation boolean not null default false`);
    await q.query(`alter table customization.object_definitions alter column is_relation drop default`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.object_definitions drop column is_relation`);
  }
}
