import type { MigrationRunner } from '#kernel/db/migration.js';

/** In which territory accounts, leads and deals lie, and where the deals lie for those who count them. */
export class TerritoriesOfRecords1700000004190 {
  async up(q: MigrationRunner): Promise<void> {
    for (const [schema, table] of [
      ['customers', 'accounts'],
      ['sales', 'leads'],
      ['sales', 'opportunities'],
    ] as const) {
      await q.query(`alter table ${schema}.${table} add column territory_id uuid`);
      await q.query(`create index ${table}_territory_id_idx on ${schema}.${table} (tenant_id, territory_id, id)`);
      await q.query(
        `alter table ${schema}.${table} add constraint ${table}_territory_id_fkey foreign key (tenant_id, territory_id) references identity.territories (tenant_id, id) on delete set null (territory_id)`,
      );
    }
    await q.query(`create view sales_pub.opportunity_scopes with (security_invoker = true) as
      select tenant_id, id, owner_id, territory_id from sales.opportunities`);
    await q.query(`grant select on sales_pub.opportunity_scopes to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop view sales_pub.opportunity_scopes`);
    for (const table of ['customers.accounts', 'sales.leads', 'sales.opportunities'])
      await q.query(`alter table ${table} drop column territory_id`);
  }
}
