import type { MigrationRunner } from '#kernel/db/migration.js';

/** Who looks after what a rule finds. */
export class QualityOwners1700000013100 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table quality.quality_rules add column owner_id uuid`);
    await q.query(`create index quality_rules_owner_id_idx on quality.quality_rules (tenant_id, owner_id, id)`);
    await q.query(
      `alter table quality.quality_rules add constraint quality_rules_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id) on delete set null (owner_id)`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`alter table quality.quality_rules drop column owner_id`);
  }
}
