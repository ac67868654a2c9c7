import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Where fields and objects that tenants define keep what is in them. */
export class CustomFields1700000010000 {
  async up(q: MigrationRunner): Promise<void> {
    for (const table of extended) await q.query(`alter table ${table} add column custom jsonb not null default '{}'`);
    await q.query(`create table kernel.metadata_versions (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      version integer not null,
      constraint metadata_versions_pkey primary key (tenant_id)
    )`);
    await protectTable(q, 'kernel.metadata_versions');
    await this.records(q);
    for (const [name, type] of indexes) await fieldIndex(q, `field_index_${name}`, type);
  }

  private async records(q: MigrationRunner): Promise<void> {
    await q.query(`create table kernel.records (
      tenant_id uuid not null default kernel.current_tenant() references kernel.tenants (id),
      id uuid not null,
      version integer not null default 1,
      created_at timestamp with time zone not null default now(),
      updated_at timestamp with time zone not null default now(),
      object text not null,
      owner_id uuid,
      custom jsonb not null default '{}',
      constraint records_pkey primary key (tenant_id, id),
      constraint records_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)
    ) partition by hash (tenant_id)`);
    await protectTable(q, 'kernel.records');
    for (let i = 0; i < partitions; i++) {
      const name = `kernel.records_${i}`;
      await q.query(`create table ${name} partition of kernel.records for values with (modulus ${partitions}, remainder ${i})`);
      await q.query(`alter table ${name} enable row level security`);
      await q.query(`alter table ${name} force row level security`);
    }
    await q.query(`create index records_object_idx on kernel.records (tenant_id, object, id)`);
    await q.query(`create index records_owner_id_idx on kernel.records (tenant_id, object, owner_id, id)`);
    await q.query(`create index records_created_at_idx on kernel.records (tenant_id, object, created_at, id)`);
  }

  async down(q: MigrationRunner): Promise<void> {
    for (const [name] of indexes) await q.query(`drop table kernel.field_index_${name}`);
    await q.query(`drop table kernel.records`);
    await q.query(`drop table kernel.metadata_versions`);
    for (const table of extended) await q.query(`alter table ${table} drop column custom`);
  }
}

const partitions = 8;

/** Tables of what people change. */
const extended = [
  'identity.users',
  'identity.teams',
  'identity.territories',
  'identity.graphql_clients',
  'customers.accounts',
  'customers.contacts',
  'customers.activities',
  'catalog.products',
  'catalog.price_lists',
  'catalog.prices',
  'sales.pipelines',
  'sales.stages',
  'sales.leads',
  'sales.opportunities',
  'marketing.email_templates',
  'marketing.journeys',
  'marketing.segments',
  'service.business_calendars',
  'service.service_levels',
  'service.cases',
] as const;

const indexes = [
  ['text', 'text'],
  ['num', 'numeric'],
  ['time', 'timestamp with time zone'],
  ['bool', 'boolean'],
  ['ref', 'uuid'],
] as const;

/** Values of one type, of fields marked as indexed or unique: one row a record and field. */
async function fieldIndex(q: MigrationRunner, name: string, type: string): Promise<void> {
  await q.query(`create table kernel.${name} (
    tenant_id uuid not null default kernel.current_tenant(),
    field_id uuid not null,
    record_id uuid not null,
    value ${type} not null,
    is_unique boolean not null,
    constraint ${name}_pkey primary key (tenant_id, field_id, record_id)
  )`);
  await protectTable(q, `kernel.${name}`);
  await q.query(`create index ${name}_value_idx on kernel.${name} (tenant_id, field_id, value, record_id)`);
  await q.query(`create unique index ${name}_value_key on kernel.${name} (tenant_id, field_id, value) where is_unique`);
  await q.query(`create index ${name}_record_idx on kernel.${name} (tenant_id, record_id)`);
}
