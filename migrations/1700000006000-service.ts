import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Calendars, service levels and cases. */
export class Service1700000006000 {
  async up(q: MigrationRunner): Promise<void> {
    await businessCalendars(q);
    await businessIntervals(q);
    await calendarExceptions(q);
    await serviceLevels(q);
    await serviceLevelVersions(q);
    await serviceLevelTargets(q);
    await escalationSteps(q);
    await cases(q);
    await caseLinks(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema service cascade`);
  }
}

async function businessCalendars(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.business_calendars',
    `
    name text not null,
    zone text not null`,
  );
  await q.query(`create unique index business_calendars_name_key on service.business_calendars (tenant_id, name)`);
}

async function businessIntervals(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.business_intervals',
    `
    calendar_id uuid not null,
    weekday integer not null,
    opens_at text not null,
    closes_at text not null,
    valid_from date,
    valid_until date`,
  );
  await q.query(`create index business_intervals_calendar_id_idx on service.business_intervals (tenant_id, calendar_id, id)`);
  await q.query(
    `alter table service.business_intervals add constraint business_intervals_calendar_id_fkey foreign key (tenant_id, calendar_id) references service.business_calendars (tenant_id, id) on delete cascade`,
  );
}

async function calendarExceptions(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.calendar_exceptions',
    `
    calendar_id uuid not null,
    day date not null,
    name text not null,
    hours jsonb not null,
    cuts_overnight boolean not null`,
  );
  await q.query(`create index calendar_exceptions_calendar_id_idx on service.calendar_exceptions (tenant_id, calendar_id, id)`);
  await q.query(`create unique index calendar_exceptions_calendar_id_day_key on service.calendar_exceptions (tenant_id, calendar_id, day)`);
  await q.query(
    `alter table service.calendar_exceptions add constraint calendar_exceptions_calendar_id_fkey foreign key (tenant_id, calendar_id) references service.business_calendars (tenant_id, id) on delete cascade`,
  );
}

async function serviceLevels(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.service_levels',
    `
    name text not null,
    description text,
    calendar_id uuid not null,
    rank integer not null,
    account_id uuid,
    team_id uuid,
    case_type text,
    status text not null,
    published_number integer`,
  );
  await q.query(`create unique index service_levels_name_key on service.service_levels (tenant_id, name)`);
  await q.query(`create index service_levels_calendar_id_idx on service.service_levels (tenant_id, calendar_id, id)`);
  await q.query(`create index service_levels_account_id_idx on service.service_levels (tenant_id, account_id, id)`);
  await q.query(`create index service_levels_team_id_idx on service.service_levels (tenant_id, team_id, id)`);
  await q.query(`create index service_levels_status_idx on service.service_levels (tenant_id, status, id)`);
  await q.query(
    `alter table service.service_levels add constraint service_levels_calendar_id_fkey foreign key (tenant_id, calendar_id) references service.business_calendars (tenant_id, id)`,
  );
  await q.query(
    `alter table service.service_levels add constraint service_levels_account_id_fkey foreign key (tenant_id, account_id) references customers.accounts (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.service_levels add constraint service_levels_team_id_fkey foreign key (tenant_id, team_id) references identity.teams (tenant_id, id)`,
  );
}

async function serviceLevelVersions(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.service_level_versions',
    `
    service_level_id uuid not null,
    number integer not null,
    calendar_id uuid not null,
    grace_minutes integer not null,
    published_at timestamp with time zone not null`,
  );
  await q.query(
    `create index service_level_versions_service_level_id_idx on service.service_level_versions (tenant_id, service_level_id, id)`,
  );
  await q.query(`create index service_level_versions_calendar_id_idx on service.service_level_versions (tenant_id, calendar_id, id)`);
  await q.query(
    `create unique index service_level_versions_service_level_id_number_key on service.service_level_versions (tenant_id, service_level_id, number)`,
  );
  await q.query(
    `alter table service.service_level_versions add constraint service_level_versions_service_level_id_fkey foreign key (tenant_id, service_level_id) references service.service_levels (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.service_level_versions add constraint service_level_versions_calendar_id_fkey foreign key (tenant_id, calendar_id) references service.business_calendars (tenant_id, id)`,
  );
}

async function serviceLevelTargets(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.service_level_targets',
    `
    version_id uuid not null,
    metric text not null,
    priority text not null,
    minutes integer not null,
    clock text not null,
    pauses_in jsonb not null,
    on_reopen text not null`,
  );
  await q.query(`create index service_level_targets_version_id_idx on service.service_level_targets (tenant_id, version_id, id)`);
  await q.query(
    `create unique index service_level_targets_version_id_metric_priority_key on service.service_level_targets (tenant_id, version_id, metric, priority)`,
  );
  await q.query(
    `alter table service.service_level_targets add constraint service_level_targets_version_id_fkey foreign key (tenant_id, version_id) references service.service_level_versions (tenant_id, id) on delete cascade`,
  );
}

async function escalationSteps(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.escalation_steps',
    `
    version_id uuid not null,
    metric text not null,
    level integer not null,
    percent integer,
    offset_minutes integer,
    repeat_every_minutes integer,
    repeat_max integer not null,
    actions jsonb not null`,
  );
  await q.query(`create index escalation_steps_version_id_idx on service.escalation_steps (tenant_id, version_id, id)`);
  await q.query(
    `create unique index escalation_steps_version_id_metric_level_key on service.escalation_steps (tenant_id, version_id, metric, level)`,
  );
  await q.query(
    `alter table service.escalation_steps add constraint escalation_steps_version_id_fkey foreign key (tenant_id, version_id) references service.service_level_versions (tenant_id, id) on delete cascade`,
  );
  // A published version stays as it is.
  for (const table of ['service_level_versions', 'service_level_targets', 'escalation_steps'])
    await q.query(`revoke update, delete on service.${table} from kontor_app`);
}

async function cases(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.cases',
    `
    number text not null,
    type text not null,
    subject text not null,
    description text,
    language text,
    account_id uuid,
    contact_id uuid,
    product_id uuid,
    owner_id uuid,
    team_id uuid,
    priority text not null,
    priority_source text not null,
    status text not null,
    wait_reason text,
    wait_until timestamp with time zone,
    channel text not null,
    opened_at timestamp with time zone not null,
    first_responded_at timestamp with time zone,
    last_customer_message_at timestamp with time zone,
    last_agent_message_at timestamp with time zone,
    resolved_at timestamp with time zone,
    closed_at timestamp with time zone,
    resolution_code text,
    resolution text,
    reopen_count integer not null,
    cycle_no integer not null,
    follow_up_of_id uuid,
    service_level_version_id uuid`,
  );
}

async function caseLinks(q: MigrationRunner): Promise<void> {
  await q.query(`create unique index cases_number_key on service.cases (tenant_id, number)`);
  await q.query(`create index cases_account_id_idx on service.cases (tenant_id, account_id, id)`);
  await q.query(`create index cases_contact_id_idx on service.cases (tenant_id, contact_id, id)`);
  await q.query(`create index cases_product_id_idx on service.cases (tenant_id, product_id, id)`);
  await q.query(`create index cases_owner_id_idx on service.cases (tenant_id, owner_id, id)`);
  await q.query(`create index cases_team_id_idx on service.cases (tenant_id, team_id, id)`);
  await q.query(`create index cases_priority_idx on service.cases (tenant_id, priority, id)`);
  await q.query(`create index cases_status_idx on service.cases (tenant_id, status, id)`);
  await q.query(`create index cases_opened_at_idx on service.cases (tenant_id, opened_at, id)`);
  await q.query(`create index cases_follow_up_of_id_idx on service.cases (tenant_id, follow_up_of_id, id)`);
  await q.query(`create index cases_service_level_version_id_idx on service.cases (tenant_id, service_level_version_id, id)`);
  await q.query(`create index cases_owner_id_status_idx on service.cases (tenant_id, owner_id, status, id)`);
  await q.query(`create index cases_team_id_status_idx on service.cases (tenant_id, team_id, status, id)`);
  await q.query(
    `alter table service.cases add constraint cases_account_id_fkey foreign key (tenant_id, account_id) references customers.accounts (tenant_id, id)`,
  );
  await q.query(
    `alter table service.cases add constraint cases_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete set null (contact_id)`,
  );
  await q.query(
    `alter table service.cases add constraint cases_product_id_fkey foreign key (tenant_id, product_id) references catalog.products (tenant_id, id)`,
  );
  await q.query(
    `alter table service.cases add constraint cases_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table service.cases add constraint cases_team_id_fkey foreign key (tenant_id, team_id) references identity.teams (tenant_id, id)`,
  );
  await q.query(
    `alter table service.cases add constraint cases_follow_up_of_id_fkey foreign key (tenant_id, follow_up_of_id) references service.cases (tenant_id, id) on delete set null (follow_up_of_id)`,
  );
  await q.query(
    `alter table service.cases add constraint cases_service_level_version_id_fkey foreign key (tenant_id, service_level_version_id) references service.service_level_versions (tenant_id, id)`,
  );
}
