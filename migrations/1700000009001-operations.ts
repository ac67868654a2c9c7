import { protectTable, tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Long calls that run in the background: their progress, and their items until they have results. */
export class Operations1700000009001 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(
      q,
      'operations.operations',
      `
    kind text not null,
    target text not null,
    state text not null,
    total integer not null,
    done integer not null,
    created integer not null,
    updated integer not null,
    unchanged integer not null,
    deleted integer not null,
    refused integer not null,
    errors jsonb not null,
    failure text,
    position integer not null,
    started_by jsonb not null,
    started_by_id uuid not null,
    started_at timestamp with time zone not null,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone`,
    );
    await q.query(`create index operations_target_idx on operations.operations (tenant_id, target, id)`);
    await q.query(`create index operations_state_idx on operations.operations (tenant_id, state, id)`);
    await q.query(`create index operations_started_by_id_idx on operations.operations (tenant_id, started_by_id, id)`);
    await q.query(`create index operations_expires_at_idx on operations.operations (tenant_id, expires_at, id)`);
    await q.query(
      `alter table operations.operations add constraint operations_started_by_id_fkey foreign key (tenant_id, started_by_id) references identity.users (tenant_id, id)`,
    );
    await q.query(`create table operations.chunks (
      tenant_id uuid not null default kernel.current_tenant(),
      operation_id uuid not null,
      number integer not null,
      first_index integer not null,
      items text not null,
      results text,
      constraint chunks_pkey primary key (tenant_id, operation_id, number),
      constraint chunks_operation_id_fkey foreign key (tenant_id, operation_id) references operations.operations (tenant_id, id) on delete cascade
    )`);
    await protectTable(q, 'operations.chunks');
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema operations cascade`);
  }
}
