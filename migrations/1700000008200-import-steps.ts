import { protectTable, tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Imports by steps: mappings of the company, files in parts, a journal of what became of each row, and the way back. */
export class ImportSteps1700000008200 {
  async up(q: MigrationRunner): Promise<void> {
    await mappings(q);
    await runs(q);
    await parts(q);
    await journal(q);
    await history(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function imports.set_history(regclass, uuid[], timestamptz[], timestamptz[])`);
    await q.query(`drop table imports.import_restored`);
    await q.query(`drop table imports.import_chunks`);
    await q.query(`create table imports.import_files (
      tenant_id uuid not null default kernel.current_tenant(),
      import_id uuid not null,
      name text not null,
      content bytea not null,
      constraint import_files_pkey primary key (tenant_id, import_id, name),
      constraint import_files_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade
    )`);
    await protectTable(q, 'imports.import_files');
    await q.query(`drop table imports.import_parts`);
    for (const column of ['by_steps', 'mapping_id', 'definition', 'tables', 'skipped', 'dry_run', 'reverted', 'kept'])
      await q.query(`alter table imports.imports drop column ${column}`);
    await q.query(`drop table imports.import_mappings`);
  }
}

async function mappings(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'imports.import_mappings',
    `
    name text not null,
    number integer not null,
    is_latest boolean not null,
    definition jsonb not null,
    saved_by_id uuid`,
  );
  await q.query(`create index import_mappings_name_idx on imports.import_mappings (tenant_id, name, id)`);
  await q.query(`create index import_mappings_name_order_idx on imports.import_mappings (tenant_id, name collate "und-x-icu", id)`);
  await q.query(`create index import_mappings_saved_by_id_idx on imports.import_mappings (tenant_id, saved_by_id, id)`);
  await q.query(`alter table imports.import_mappings add constraint import_mappings_name_number_key unique (tenant_id, name, number)`);
  await q.query(
    `alter table imports.import_mappings add constraint import_mappings_saved_by_id_fkey foreign key (tenant_id, saved_by_id) references identity.users (tenant_id, id)`,
  );
}

async function runs(q: MigrationRunner): Promise<void> {
  await q.query(`alter table imports.imports
    add column by_steps boolean not null default false,
    add column mapping_id uuid,
    add column definition jsonb,
    add column tables jsonb not null default '[]',
    add column skipped integer not null default 0,
    add column dry_run jsonb,
    add column reverted integer not null default 0,
    add column kept integer not null default 0`);
  for (const column of ['by_steps', 'tables', 'skipped', 'reverted', 'kept'])
    await q.query(`alter table imports.imports alter column ${column} drop default`);
  await q.query(`create index imports_mapping_id_idx on imports.imports (tenant_id, mapping_id, id)`);
  await q.query(
    `alter table imports.imports add constraint imports_mapping_id_fkey foreign key (tenant_id, mapping_id) references imports.import_mappings (tenant_id, id) on delete set null (mapping_id)`,
  );
}

async function parts(q: MigrationRunner): Promise<void> {
  await q.query(`create table imports.import_parts (
    tenant_id uuid not null default kernel.current_tenant(),
    import_id uuid not null,
    kind text not null,
    name text not null,
    seq integer not null,
    first_record bigint not null,
    records integer not null,
    packed boolean not null,
    content bytea not null,
    constraint import_parts_pkey primary key (tenant_id, import_id, kind, name, seq),
    constraint import_parts_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade
  )`);
  await q.query(`alter table imports.import_parts alter column content set storage external`);
  await protectTable(q, 'imports.import_parts');
  await q.query(`insert into imports.import_parts (tenant_id, import_id, kind, name, seq, first_record, records, packed, content)
    select tenant_id, import_id, 'source', name, 0, 0, 0, false, content from imports.import_files`);
  await q.query(`drop table imports.import_files`);
}

async function journal(q: MigrationRunner): Promise<void> {
  await q.query(`create table imports.import_chunks (
    tenant_id uuid not null default kernel.current_tenant(),
    import_id uuid not null,
    phase text not null,
    step integer not null,
    first_record bigint not null,
    lines integer[] not null,
    fates text not null,
    ids uuid[] not null,
    keys bytea not null,
    made jsonb not null,
    before jsonb not null,
    constraint import_chunks_pkey primary key (tenant_id, import_id, phase, step, first_record),
    constraint import_chunks_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade
  )`);
  await protectTable(q, 'imports.import_chunks');
  await q.query(`create table imports.import_restored (
    tenant_id uuid not null default kernel.current_tenant(),
    import_id uuid not null,
    record_id uuid not null,
    stands_for integer not null,
    version integer not null,
    constraint import_restored_pkey primary key (tenant_id, import_id, record_id, stands_for),
    constraint import_restored_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade
  )`);
  await protectTable(q, 'imports.import_restored');
}

/** With the rights of who calls it, behind the wall of his tenant. */
async function history(q: MigrationRunner): Promise<void> {
  await q.query(`create function imports.set_history(wanted regclass, ids uuid[], created timestamptz[], updated timestamptz[]) returns void
    language plpgsql set search_path = pg_catalog, pg_temp
    as $$
      begin
        execute format('update %s t set created_at = coalesce(given.created, t.created_at), updated_at = coalesce(given.updated, t.updated_at)
          from unnest($1, $2, $3) given (id, created, updated) where t.tenant_id = kernel.current_tenant() and t.id = given.id', wanted)
          using ids, created, updated;
      end
    $$`);
  await q.query(`revoke execute on function imports.set_history(regclass, uuid[], timestamptz[], timestamptz[]) from public`);
  await q.query(`grant execute on function imports.set_history(regclass, uuid[], timestamptz[], timestamptz[]) to kontor_app`);
}
