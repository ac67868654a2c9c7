import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Who made and last changed records in the system they were imported from, and for which system an import speaks. */
export class RecordAuthors1700000018411 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create table imports.record_authors (
      tenant_id uuid not null default kernel.current_tenant(),
      record_id uuid not null,
      import_id uuid not null,
      created_by_id uuid,
      updated_by_id uuid,
      as_of timestamptz not null,
      constraint record_authors_pkey primary key (tenant_id, record_id),
      constraint record_authors_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade,
      constraint record_authors_created_by_id_fkey foreign key (tenant_id, created_by_id) references identity.users (tenant_id, id) on delete set null (created_by_id),
      constraint record_authors_updated_by_id_fkey foreign key (tenant_id, updated_by_id) references identity.users (tenant_id, id) on delete set null (updated_by_id)
    )`);
    await q.query(`create index record_authors_import_id_idx on imports.record_authors (tenant_id, import_id)`);
    await q.query(`create index record_authors_created_by_id_idx on imports.record_authors (tenant_id, created_by_id)`);
    await q.query(`create index record_authors_updated_by_id_idx on imports.record_authors (tenant_id, updated_by_id)`);
    await protectTable(q, 'imports.record_authors');
    await q.query(`alter table imports.imports add column speaks_for text`);
    await q.query(`update imports.imports set speaks_for = '*' where started_by_id is null`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table imports.imports drop column speaks_for`);
    await q.query(`drop table imports.record_authors`);
  }
}
