import type { MigrationRunner } from '#kernel/db/migration.js';

/** What whole lists of large tables are filtered, searched and ordered by. */
export class ReadIndexes1700000009600 {
  async up(q: MigrationRunner): Promise<void> {
    // Lets the tenant stand in one index with the trigrams.
    await q.query(`create extension if not exists btree_gin`);
    for (const [name, definition] of indexes) await q.query(`create index ${name} on ${definition}`);
  }

  async down(q: MigrationRunner): Promise<void> {
    for (const [name, definition] of indexes) await q.query(`drop index ${definition.split('.')[0] ?? ''}.${name}`);
  }
}

const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['accounts_name_order_idx', 'customers.accounts (tenant_id, name collate "und-x-icu", id)'],
  ['accounts_number_idx', 'customers.accounts (tenant_id, number, id)'],
  ['accounts_email_idx', 'customers.accounts (tenant_id, email, id)'],
  ['accounts_employees_idx', 'customers.accounts (tenant_id, employees, id)'],
  ['accounts_annual_revenue_idx', 'customers.accounts (tenant_id, annual_revenue, id)'],
  ['accounts_created_at_idx', 'customers.accounts (tenant_id, created_at, id)'],
  ['accounts_updated_at_idx', 'customers.accounts (tenant_id, updated_at, id)'],
  ['accounts_search_idx', 'customers.accounts using gin (tenant_id, name gin_trgm_ops)'],
  ['contacts_last_name_order_idx', 'customers.contacts (tenant_id, last_name collate "und-x-icu", id)'],
  ['contacts_created_at_idx', 'customers.contacts (tenant_id, created_at, id)'],
  ['contacts_updated_at_idx', 'customers.contacts (tenant_id, updated_at, id)'],
  ['contacts_search_idx', 'customers.contacts using gin (tenant_id, first_name gin_trgm_ops, last_name gin_trgm_ops, email gin_trgm_ops)'],
  ['activities_done_at_idx', 'customers.activities (tenant_id, done_at, id)'],
  ['activities_created_at_idx', 'customers.activities (tenant_id, created_at, id)'],
  ['activities_updated_at_idx', 'customers.activities (tenant_id, updated_at, id)'],
  ['activities_search_idx', 'customers.activities using gin (tenant_id, subject gin_trgm_ops)'],
  ['leads_last_name_order_idx', 'sales.leads (tenant_id, last_name collate "und-x-icu", id)'],
  ['leads_status_idx', 'sales.leads (tenant_id, status, id)'],
  ['leads_created_at_idx', 'sales.leads (tenant_id, created_at, id)'],
  ['leads_updated_at_idx', 'sales.leads (tenant_id, updated_at, id)'],
  [
    'leads_search_idx',
    'sales.leads using gin (tenant_id, first_name gin_trgm_ops, last_name gin_trgm_ops, company gin_trgm_ops, email gin_trgm_ops)',
  ],
  ['opportunities_name_order_idx', 'sales.opportunities (tenant_id, name collate "und-x-icu", id)'],
  ['opportunities_amount_idx', 'sales.opportunities (tenant_id, amount, id)'],
  ['opportunities_created_at_idx', 'sales.opportunities (tenant_id, created_at, id)'],
  ['opportunities_updated_at_idx', 'sales.opportunities (tenant_id, updated_at, id)'],
  ['opportunities_search_idx', 'sales.opportunities using gin (tenant_id, name gin_trgm_ops)'],
  ['cases_created_at_idx', 'service.cases (tenant_id, created_at, id)'],
  ['cases_updated_at_idx', 'service.cases (tenant_id, updated_at, id)'],
  ['cases_search_idx', 'service.cases using gin (tenant_id, number gin_trgm_ops, subject gin_trgm_ops)'],
];
