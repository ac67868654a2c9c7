import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Accounts, contacts, activities and consents. */
export class Customers1700000002000 {
  async up(q: MigrationRunner): Promise<void> {
    await accounts(q);
    await contacts(q);
    await activities(q);
    await consents(q);
    await views(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema customers_pub cascade`);
    await q.query(`drop schema customers cascade`);
  }
}

async function accounts(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'customers.accounts',
    `
    name text not null,
    number text,
    owner_id uuid,
    parent_id uuid,
    sector text,
    website text,
    phone text,
    email text,
    address_street text,
    address_postal_code text,
    address_city text,
    address_region text,
    address_country text,
    employees integer,
    annual_revenue numeric(19,4),
    annual_revenue_currency text,
    founded_year integer,
    external_ref text`,
  );
  await q.query(`create unique index accounts_number_key on customers.accounts (tenant_id, number)`);
  await q.query(`create index accounts_owner_id_idx on customers.accounts (tenant_id, owner_id, id)`);
  await q.query(`create index accounts_parent_id_idx on customers.accounts (tenant_id, parent_id, id)`);
  await q.query(`create index accounts_sector_idx on customers.accounts (tenant_id, sector, id)`);
  await q.query(`create unique index accounts_external_ref_key on customers.accounts (tenant_id, external_ref)`);
  await q.query(
    `alter table customers.accounts add constraint accounts_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table customers.accounts add constraint accounts_parent_id_fkey foreign key (tenant_id, parent_id) references customers.accounts (tenant_id, id) on delete set null (parent_id)`,
  );
}

async function contacts(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'customers.contacts',
    `
    account_id uuid,
    owner_id uuid,
    salutation text,
    first_name text,
    last_name text not null,
    job_title text,
    email text,
    phone text,
    mobile text,
    address_street text,
    address_postal_code text,
    address_city text,
    address_region text,
    address_country text,
    language text,
    time_zone text,
    do_not_call boolean not null,
    external_ref text`,
  );
  await q.query(`create index contacts_account_id_idx on customers.contacts (tenant_id, account_id, id)`);
  await q.query(`create index contacts_owner_id_idx on customers.contacts (tenant_id, owner_id, id)`);
  await q.query(`create index contacts_email_idx on customers.contacts (tenant_id, email, id)`);
  await q.query(`create unique index contacts_external_ref_key on customers.contacts (tenant_id, external_ref)`);
  await q.query(
    `alter table customers.contacts add constraint contacts_account_id_fkey foreign key (tenant_id, account_id) references customers.accounts (tenant_id, id)`,
  );
  await q.query(
    `alter table customers.contacts add constraint contacts_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
}

async function activities(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'customers.activities',
    `
    kind text not null,
    subject text not null,
    notes text,
    owner_id uuid not null,
    account_id uuid,
    contact_id uuid,
    start_local timestamp without time zone,
    start_zone text,
    duration_minutes integer,
    due_on date,
    done_at timestamp with time zone,
    outcome text`,
  );
  await q.query(`create index activities_owner_id_idx on customers.activities (tenant_id, owner_id, id)`);
  await q.query(`create index activities_account_id_idx on customers.activities (tenant_id, account_id, id)`);
  await q.query(`create index activities_contact_id_idx on customers.activities (tenant_id, contact_id, id)`);
  await q.query(`create index activities_due_on_idx on customers.activities (tenant_id, due_on, id)`);
  await q.query(
    `alter table customers.activities add constraint activities_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table customers.activities add constraint activities_account_id_fkey foreign key (tenant_id, account_id) references customers.accounts (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table customers.activities add constraint activities_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete set null (contact_id)`,
  );
}

async function consents(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'customers.consents',
    `
    contact_id uuid not null,
    channel text not null,
    purpose text not null,
    status text not null,
    changed_at timestamp with time zone not null,
    source text not null,
    text_version text,
    ip text`,
  );
  await q.query(`create index consents_contact_id_idx on customers.consents (tenant_id, contact_id, id)`);
  await q.query(
    `create unique index consents_contact_id_channel_purpose_key on customers.consents (tenant_id, contact_id, channel, purpose)`,
  );
  await q.query(
    `alter table customers.consents add constraint consents_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete cascade`,
  );
  await tenantTable(
    q,
    'customers.consent_entries',
    `
    contact_id uuid not null,
    channel text not null,
    purpose text not null,
    action text not null,
    said_at timestamp with time zone not null,
    source text not null,
    text_version text,
    ip text,
    recorded_by_id uuid`,
  );
  await q.query(`create index consent_entries_contact_id_idx on customers.consent_entries (tenant_id, contact_id, id)`);
  await q.query(`create index consent_entries_recorded_by_id_idx on customers.consent_entries (tenant_id, recorded_by_id, id)`);
  await q.query(
    `create index consent_entries_contact_id_channel_purpose_said_at_idx on customers.consent_entries (tenant_id, contact_id, channel, purpose, said_at, id)`,
  );
  await q.query(
    `alter table customers.consent_entries add constraint consent_entries_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table customers.consent_entries add constraint consent_entries_recorded_by_id_fkey foreign key (tenant_id, recorded_by_id) references identity.users (tenant_id, id)`,
  );
  // A ledger: not even a defect of ours may rewrite what somebody said. Rows go only with their contact.
  await q.query(`revoke update, delete on customers.consent_entries from kontor_app`);
}

async function views(q: MigrationRunner): Promise<void> {
  await q.query(`create schema customers_pub`);
  await q.query(`grant usage on schema customers_pub to kontor_app`);
  await q.query(`create view customers_pub.accounts with (security_invoker = true) as
    select tenant_id, id, name, number, owner_id, parent_id, sector, address_city as city, address_region as region, address_country as country,
      employees, annual_revenue, annual_revenue_currency, founded_year, created_at, updated_at
    from customers.accounts`);
  await q.query(`grant select on customers_pub.accounts to kontor_app`);
  await q.query(`create view customers_pub.contacts with (security_invoker = true) as
    select tenant_id, id, account_id, owner_id, salutation, first_name, last_name, job_title, email, language, time_zone, do_not_call,
      address_city as city, address_region as region, address_country as country, created_at, updated_at
    from customers.contacts`);
  await q.query(`grant select on customers_pub.contacts to kontor_app`);
  await q.query(`create view customers_pub.consents with (security_invoker = true) as
    select tenant_id, id, contact_id, channel, purpose, status, changed_at from customers.consents`);
  await q.query(`grant select on customers_pub.consents to kontor_app`);
}
