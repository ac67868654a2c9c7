import type { MigrationRunner } from '#kernel/db/migration.js';

/** Texts of a company's own fields may be there in several languages. They stand in the member `$translations` of `custom`. */
export class TranslatableFields1700000013120 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.field_definitions add column is_translatable boolean not null default false`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.field_definitions drop column is_translatable`);
  }
}
