import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** What other systems call our records. One record may have a name in several systems; a name in a system means one record. */
export class ExternalRefs1700000000700 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create table kernel.external_refs (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      resource text not null,
      system text not null,
      external_id text not null,
      record_id uuid not null,
      created_at timestamp with time zone not null default now(),
      constraint external_refs_pkey primary key (tenant_id, resource, system, external_id)
    )`);
    await q.query(`create unique index external_refs_record_id_system_key on kernel.external_refs (tenant_id, record_id, system)`);
    await protectTable(q, 'kernel.external_refs');
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop table kernel.external_refs`);
  }
}
