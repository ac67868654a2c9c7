import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Tenants, audit, idempotency keys, and the one function every row-level policy asks. */
export class Kernel1700000000000 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create schema if not exists kernel`);
    await q.query(`grant usage on schema kernel to kontor_app, kontor_relay`);
    // After a transaction-local set_config the setting is '' and not null: both mean "no tenant", and then nothing is visible.
    await q.query(`create function kernel.current_tenant() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$`);
    await q.query(`create table kernel.tenants (
      id uuid primary key,
      slug text not null unique,
      name text not null,
      state text not null default 'active' check (state in ('active', 'suspended', 'closed')),
      currency text not null default 'EUR',
      time_zone text not null default 'Europe/Berlin',
      locale text not null default 'de',
      created_at timestamp with time zone not null default now()
    )`);
    await q.query(`alter table kernel.tenants enable row level security`);
    await q.query(`alter table kernel.tenants force row level security`);
    await q.query(
      `create policy tenant_wall on kernel.tenants using (id = kernel.current_tenant()) with check (id = kernel.current_tenant())`,
    );
    await q.query(`create policy relay on kernel.tenants for select to kontor_relay using (true)`);
    await q.query(`grant select, insert, update on kernel.tenants to kontor_app`);
    await q.query(`grant select on kernel.tenants to kontor_relay`);

    await q.query(`create table kernel.audit_entries (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      id bigint generated always as identity,
      at timestamp with time zone not null,
      actor_kind text not null,
      actor_id uuid,
      actor_label text not null,
      command text not null,
      resource text not null,
      record_id uuid not null,
      action text not null,
      changes jsonb not null,
      request_id text,
      constraint audit_entries_pkey primary key (tenant_id, id)
    )`);
    await q.query(`create index audit_entries_record_idx on kernel.audit_entries (tenant_id, record_id, id)`);
    await protectTable(q, 'kernel.audit_entries');
    await q.query(`revoke update, delete on kernel.audit_entries from kontor_app`);

    await q.query(`create table kernel.idempotency_keys (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      principal text not null,
      key text not null,
      request_hash text not null,
      response jsonb,
      created_at timestamp with time zone not null default now(),
      constraint idempotency_keys_pkey primary key (tenant_id, principal, key)
    )`);
    await protectTable(q, 'kernel.idempotency_keys');
    await q.query(`create index idempotency_keys_age_idx on kernel.idempotency_keys (created_at)`);

    await makeNumberSeries(q);
    await signCursors(q);
    await q.query(`grant execute on all functions in schema kernel to kontor_app, kontor_relay`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema kernel cascade`);
  }
}

async function makeNumberSeries(q: MigrationRunner): Promise<void> {
  // Counters for human numbers: one row a (tenant, series); the row lock hands out numbers without gaps or doubles.
  await q.query(`create table kernel.number_series (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      series text not null,
      last bigint not null default 0,
      constraint number_series_pkey primary key (tenant_id, series)
    )`);
  await protectTable(q, 'kernel.number_series');
}

async function signCursors(q: MigrationRunner): Promise<void> {
  // Keyset cursors are signed so that a client cannot forge one. NMAC-like: sha256(key || sha256(key || message)).
  await q.query(`create function kernel.sign_cursor(secret text, scope text, payload text) returns text language sql immutable parallel safe
      as $$ select replace(translate(encode(
        substr(sha256(convert_to(secret, 'UTF8') || sha256(convert_to(secret || scope || chr(10) || payload, 'UTF8'))), 1, 12)
        || convert_to(payload, 'UTF8'), 'base64'), '+/=', '-_'), chr(10), '') $$`);
}
