import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Which modules of a tenant are not as they come: a module without a row is on. */
export class TenantModules1700000010500 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(
      q,
      'modules.tenant_modules',
      `
      key text not null,
      state text not null,
      changed_at timestamp with time zone not null,
      changed_by_id uuid,
      off_since timestamp with time zone,
      exported_at timestamp with time zone,
      purge_at timestamp with time zone`,
    );
    await q.query(`create index tenant_modules_changed_by_id_idx on modules.tenant_modules (tenant_id, changed_by_id, id)`);
    await q.query(`create unique index tenant_modules_key_key on modules.tenant_modules (tenant_id, key)`);
    await q.query(
      `alter table modules.tenant_modules add constraint tenant_modules_changed_by_id_fkey foreign key (tenant_id, changed_by_id) references identity.users (tenant_id, id) on delete set null (changed_by_id)`,
    );
    await q.query(
      `create trigger identity_news after insert or delete or update of state on modules.tenant_modules for each statement execute function identity.tell_change()`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query('drop schema modules cascade');
  }
}
