import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Single records that somebody may reach beyond his roles. Conditions on rows look here by principal, and nowhere else. */
export class RecordShares1700000001110 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create table kernel.record_shares (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      resource text not null,
      record_id uuid not null,
      principal_kind text not null check (principal_kind in ('user', 'team')),
      principal_id uuid not null,
      level text not null check (level in ('read', 'write')),
      until timestamp with time zone,
      reason text,
      shared_by uuid,
      shared_at timestamp with time zone not null,
      constraint record_shares_pkey primary key (tenant_id, principal_id, resource, record_id)
    )`);
    await q.query(`create index record_shares_record_idx on kernel.record_shares (tenant_id, record_id)`);
    await protectTable(q, 'kernel.record_shares');
    await q.query(
      `create trigger identity_news after insert or update or delete on kernel.record_shares for each statement execute function identity.tell_change()`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop table kernel.record_shares`);
  }
}
