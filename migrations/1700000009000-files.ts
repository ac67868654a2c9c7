import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Files of records. The content lies in the file store under its hash; what is here says whose it is. */
export class Files1700000009000 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create schema files`);
    await q.query(`grant usage on schema files to kontor_app, kontor_relay`);
    await q.query(`create table files.blobs (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      sha256 text not null,
      bytes bigint not null,
      created_at timestamp with time zone not null,
      constraint blobs_pkey primary key (tenant_id, sha256)
    )`);
    await protectTable(q, 'files.blobs');
    await q.query(`create table files.files (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      id uuid not null,
      resource text not null,
      record_id uuid not null,
      name text not null,
      media_type text not null,
      bytes bigint not null,
      sha256 text not null,
      quarantine text,
      uploaded_by_id uuid,
      created_at timestamp with time zone not null,
      constraint files_pkey primary key (tenant_id, id),
      constraint files_sha256_fkey foreign key (tenant_id, sha256) references files.blobs (tenant_id, sha256),
      constraint files_uploaded_by_id_fkey foreign key (tenant_id, uploaded_by_id) references identity.users (tenant_id, id)
    )`);
    await protectTable(q, 'files.files');
    await q.query(`create index files_record_id_idx on files.files (tenant_id, record_id, id)`);
    await q.query(`create index files_sha256_idx on files.files (tenant_id, sha256)`);
    await q.query(`create index files_uploaded_by_id_idx on files.files (tenant_id, uploaded_by_id)`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema files cascade`);
  }
}
