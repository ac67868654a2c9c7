import { protectTable, tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Imports with their progress, what they found wrong, and the files they read. */
export class Imports1700000008000 {
  async up(q: MigrationRunner): Promise<void> {
    await runs(q);
    await issues(q);
    await files(q);
    await door(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema imports cascade`);
  }
}

async function runs(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'imports.imports',
    `
    mapping text not null,
    state text not null,
    files jsonb not null,
    total integer not null,
    processed integer not null,
    created integer not null,
    updated integer not null,
    unchanged integer not null,
    rejected integer not null,
    issue_count integer not null,
    steps jsonb not null,
    position jsonb not null,
    failure text,
    started_by_id uuid,
    started_at timestamp with time zone not null,
    finished_at timestamp with time zone`,
  );
  await q.query(`create index imports_mapping_idx on imports.imports (tenant_id, mapping, id)`);
  await q.query(`create index imports_state_idx on imports.imports (tenant_id, state, id)`);
  await q.query(`create index imports_started_by_id_idx on imports.imports (tenant_id, started_by_id, id)`);
  await q.query(
    `alter table imports.imports add constraint imports_started_by_id_fkey foreign key (tenant_id, started_by_id) references identity.users (tenant_id, id)`,
  );
}

async function issues(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'imports.import_issues',
    `
    import_id uuid not null,
    file text not null,
    line integer not null,
    field text,
    rule text not null,
    severity text not null,
    value text,
    done text not null,
    message text not null`,
  );
  await q.query(`create index import_issues_import_id_idx on imports.import_issues (tenant_id, import_id, id)`);
  await q.query(`create index import_issues_import_id_rule_idx on imports.import_issues (tenant_id, import_id, rule, id)`);
  await q.query(
    `alter table imports.import_issues add constraint import_issues_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade`,
  );
}

async function files(q: MigrationRunner): Promise<void> {
  await q.query(`create table imports.import_files (
    tenant_id uuid not null default kernel.current_tenant(),
    import_id uuid not null,
    name text not null,
    content bytea not null,
    constraint import_files_pkey primary key (tenant_id, import_id, name),
    constraint import_files_import_id_fkey foreign key (tenant_id, import_id) references imports.imports (tenant_id, id) on delete cascade
  )`);
  await protectTable(q, 'imports.import_files');
}

/** The command line names a company before any tenant is known. It learns the id and nothing else. */
async function door(q: MigrationRunner): Promise<void> {
  await q.query(`create function imports.tenant_of_slug(wanted text) returns uuid
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select id from kernel.tenants where slug = wanted and state = 'active' $$`);
  await q.query(`grant create on schema imports to kontor_relay`);
  await q.query(`revoke execute on function imports.tenant_of_slug(text) from public`);
  await q.query(`grant execute on function imports.tenant_of_slug(text) to kontor_app`);
  await q.query(`alter function imports.tenant_of_slug(text) owner to kontor_relay`);
  await q.query(`revoke create on schema imports from kontor_relay`);
}
