import type { MigrationRunner } from '#kernel/db/migration.js';

/** The checksum of an operation's file is that of the file; what the store keeps it under is another matter. Failures have codes. */
export class OperationFiles1700000018401 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table operations.operations add column file_key text, add column failure_code text`);
    await q.query(`update operations.operations set file_key = file_sha256, file_sha256 = null where file_sha256 is not null`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`update operations.operations set file_sha256 = file_key`);
    await q.query(`alter table operations.operations drop column file_key, drop column failure_code`);
  }
}
