import type { MigrationRunner } from '#kernel/db/migration.js';

/** An entry is written beside a row that names its tenant already: to look the tenant up once more for it costs every write, and proves nothing. */
export class LighterAudit1700000011300 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table kernel.audit_entries drop constraint audit_entries_tenant_id_fkey`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(
      `alter table kernel.audit_entries add constraint audit_entries_tenant_id_fkey foreign key (tenant_id) references kernel.tenants (id)`,
    );
  }
}
