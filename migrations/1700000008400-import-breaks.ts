import type { MigrationRunner } from '#kernel/db/migration.js';

/** Imports that broke off say so by a code, and know where to go on. */
export class ImportBreaks1700000008400 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table imports.imports add column failure_code text, add column broke_off_in text`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table imports.imports drop column failure_code, drop column broke_off_in`);
  }
}
