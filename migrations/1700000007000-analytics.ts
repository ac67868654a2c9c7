import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Facts of deals for analytics, and the record of how they were reconciled. */
export class Analytics1700000007000 {
  async up(q: MigrationRunner): Promise<void> {
    // One fact a deal, under the deal's own id. No foreign key to sales: facts follow the published view, and a deal may go first.
    await tenantTable(
      q,
      'analytics.opportunity_facts',
      `
    owner_id uuid not null,
    account_id uuid,
    account text,
    sector text,
    product text,
    agent text not null,
    manager text,
    region text,
    stage text not null,
    status text not null,
    amount numeric(19,4),
    currency text,
    amount_own numeric(19,4),
    engaged_on date,
    close_on date,
    cycle_days integer`,
    );
    await q.query(
      `comment on column analytics.opportunity_facts.amount_own is 'The amount when it is in the currency of the company, else null'`,
    );
    await q.query(`create index opportunity_facts_owner_id_idx on analytics.opportunity_facts (tenant_id, owner_id)`);
    await q.query(`create index opportunity_facts_close_on_idx on analytics.opportunity_facts (tenant_id, close_on)`);
    await q.query(`create index opportunity_facts_updated_at_idx on analytics.opportunity_facts (tenant_id, updated_at)`);
    await tenantTable(
      q,
      'analytics.fact_refreshes',
      `
    started_at timestamp with time zone not null,
    outcome text not null,
    written integer not null,
    removed integer not null,
    differences jsonb not null`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema analytics cascade`);
  }
}
