/** The part of TypeORM's QueryRunner that migrations use. */
export interface MigrationRunner {
  query(sql: string): Promise<unknown>;
}

/**
 * Creates a table behind the tenant wall: key `(tenant_id, id)`, version and times, row-level security on and
 * forced, rights of the application role.
 */
export async function tenantTable(q: MigrationRunner, table: string, body: string): Promise<void> {
  const [schema, name] = table.split('.') as [string, string];
  await q.query(`create schema if not exists ${schema}`);
  await q.query(`grant usage on schema ${schema} to kontor_app, kontor_relay`);
  await q.query(`create table ${table} (
    tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
    id uuid not null,
    version integer not null default 1,
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone not null default now(),
    ${body},
    constraint ${name}_pkey primary key (tenant_id, id)
  )`);
  await protectTable(q, table);
}

/** Row-level security on and forced, for a table that has its own shape but a `tenant_id`. */
export async function protectTable(q: MigrationRunner, table: string): Promise<void> {
  await q.query(`alter table ${table} enable row level security`);
  await q.query(`alter table ${table} force row level security`);
  await q.query(
    `create policy tenant_wall on ${table} using (tenant_id = kernel.current_tenant()) with check (tenant_id = kernel.current_tenant())`,
  );
  await q.query(`grant select, insert, update, delete on ${table} to kontor_app`);
}
