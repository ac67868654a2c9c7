import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Events of people, segments, journeys and the e-mails that follow. */
export class Marketing1700000005000 {
  async up(q: MigrationRunner): Promise<void> {
    await events(q);
    await segments(q);
    await segmentMembers(q);
    await emailTemplates(q);
    await journeys(q);
    await journeyVersions(q);
    await enrolments(q);
    await outboundMessages(q);
    await suppressions(q);
    await views(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema marketing_pub cascade`);
    await q.query(`drop schema marketing cascade`);
  }
}

async function events(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.events',
    `
    source text not null,
    event_id text not null,
    type text not null,
    contact_id uuid,
    email text,
    occurred_at timestamp with time zone not null,
    received_at timestamp with time zone not null,
    properties jsonb not null,
    body_hash text not null`,
  );
  await q.query(`create index events_type_idx on marketing.events (tenant_id, type, id)`);
  await q.query(`create index events_contact_id_idx on marketing.events (tenant_id, contact_id, id)`);
  await q.query(`create unique index events_source_event_id_key on marketing.events (tenant_id, source, event_id)`);
  await q.query(`create index events_contact_id_type_occurred_at_idx on marketing.events (tenant_id, contact_id, type, occurred_at, id)`);
  await q.query(
    `alter table marketing.events add constraint events_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete cascade`,
  );
}

async function segments(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.segments',
    `
    name text not null,
    description text,
    condition jsonb not null,
    status text not null,
    revision integer not null,
    built_revision integer not null,
    member_count integer not null,
    evaluated_at timestamp with time zone`,
  );
  await q.query(`create unique index segments_name_key on marketing.segments (tenant_id, name)`);
}

async function segmentMembers(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.segment_members',
    `
    segment_id uuid not null,
    contact_id uuid not null,
    entered_at timestamp with time zone not null,
    left_at timestamp with time zone,
    revision integer not null,
    cause text not null`,
  );
  await q.query(`create index segment_members_segment_id_idx on marketing.segment_members (tenant_id, segment_id, id)`);
  await q.query(`create index segment_members_contact_id_idx on marketing.segment_members (tenant_id, contact_id, id)`);
  await q.query(`create index segment_members_segment_id_left_at_idx on marketing.segment_members (tenant_id, segment_id, left_at, id)`);
  await q.query(
    `alter table marketing.segment_members add constraint segment_members_segment_id_fkey foreign key (tenant_id, segment_id) references marketing.segments (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table marketing.segment_members add constraint segment_members_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete cascade`,
  );
  // A person is a member once: the safety net under the lanes.
  await q.query(
    `create unique index segment_members_open_key on marketing.segment_members (tenant_id, segment_id, contact_id) where left_at is null`,
  );
}

async function emailTemplates(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.email_templates',
    `
    name text not null,
    subject text not null,
    mjml text not null,
    text text`,
  );
  await q.query(`create unique index email_templates_name_key on marketing.email_templates (tenant_id, name)`);
}

async function journeys(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.journeys',
    `
    name text not null,
    description text,
    status text not null,
    draft jsonb not null,
    live_version_number integer,
    trigger_event text,
    trigger_segment_id uuid`,
  );
  await q.query(`create unique index journeys_name_key on marketing.journeys (tenant_id, name)`);
  await q.query(`create index journeys_trigger_event_idx on marketing.journeys (tenant_id, trigger_event, id)`);
  await q.query(`create index journeys_trigger_segment_id_idx on marketing.journeys (tenant_id, trigger_segment_id, id)`);
  await q.query(
    `alter table marketing.journeys add constraint journeys_trigger_segment_id_fkey foreign key (tenant_id, trigger_segment_id) references marketing.segments (tenant_id, id)`,
  );
}

async function journeyVersions(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.journey_versions',
    `
    journey_id uuid not null,
    number integer not null,
    definition jsonb not null,
    templates jsonb not null,
    content_hash text not null,
    published_at timestamp with time zone not null,
    published_by_id uuid`,
  );
  await q.query(`create index journey_versions_journey_id_idx on marketing.journey_versions (tenant_id, journey_id, id)`);
  await q.query(`create index journey_versions_published_by_id_idx on marketing.journey_versions (tenant_id, published_by_id, id)`);
  await q.query(`create unique index journey_versions_journey_id_number_key on marketing.journey_versions (tenant_id, journey_id, number)`);
  await q.query(
    `alter table marketing.journey_versions add constraint journey_versions_journey_id_fkey foreign key (tenant_id, journey_id) references marketing.journeys (tenant_id, id)`,
  );
  await q.query(
    `alter table marketing.journey_versions add constraint journey_versions_published_by_id_fkey foreign key (tenant_id, published_by_id) references identity.users (tenant_id, id)`,
  );
  // What was published stays as it was.
  await q.query(`revoke update, delete on marketing.journey_versions from kontor_app`);
}

async function enrolments(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.enrolments',
    `
    journey_id uuid not null,
    journey_version_id uuid not null,
    contact_id uuid not null,
    entry_key text not null,
    trigger_event_id uuid,
    status text not null,
    step_index integer not null,
    wake_at timestamp with time zone,
    fence integer not null,
    exit_reason text,
    entered_at timestamp with time zone not null,
    ended_at timestamp with time zone`,
  );
  await q.query(`create index enrolments_journey_id_idx on marketing.enrolments (tenant_id, journey_id, id)`);
  await q.query(`create index enrolments_journey_version_id_idx on marketing.enrolments (tenant_id, journey_version_id, id)`);
  await q.query(`create index enrolments_contact_id_idx on marketing.enrolments (tenant_id, contact_id, id)`);
  await q.query(`create index enrolments_trigger_event_id_idx on marketing.enrolments (tenant_id, trigger_event_id, id)`);
  await q.query(`create index enrolments_status_idx on marketing.enrolments (tenant_id, status, id)`);
  await q.query(
    `create unique index enrolments_journey_id_contact_id_entry_key_key on marketing.enrolments (tenant_id, journey_id, contact_id, entry_key)`,
  );
  await q.query(`create index enrolments_contact_id_status_idx on marketing.enrolments (tenant_id, contact_id, status, id)`);
  await q.query(
    `alter table marketing.enrolments add constraint enrolments_journey_id_fkey foreign key (tenant_id, journey_id) references marketing.journeys (tenant_id, id)`,
  );
  await q.query(
    `alter table marketing.enrolments add constraint enrolments_journey_version_id_fkey foreign key (tenant_id, journey_version_id) references marketing.journey_versions (tenant_id, id)`,
  );
  await q.query(
    `alter table marketing.enrolments add constraint enrolments_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table marketing.enrolments add constraint enrolments_trigger_event_id_fkey foreign key (tenant_id, trigger_event_id) references marketing.events (tenant_id, id) on delete set null (trigger_event_id)`,
  );
  await q.query(`create index enrolments_waking_idx on marketing.enrolments (tenant_id, journey_id, wake_at) where status = 'active'`);
}

async function outboundMessages(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.outbound_messages',
    `
    enrolment_id uuid not null,
    step_id text not null,
    journey_id uuid not null,
    journey_version_id uuid not null,
    contact_id uuid not null,
    channel text not null,
    purpose text not null,
    status text not null,
    reason text,
    address text,
    subject text,
    attempts integer not null,
    response text,
    not_before timestamp with time zone not null,
    latest timestamp with time zone not null,
    sending_at timestamp with time zone,
    sent_at timestamp with time zone,
    resolved_by_id uuid`,
  );
  await q.query(`create index outbound_messages_enrolment_id_idx on marketing.outbound_messages (tenant_id, enrolment_id, id)`);
  await q.query(`create index outbound_messages_journey_id_idx on marketing.outbound_messages (tenant_id, journey_id, id)`);
  await q.query(`create index outbound_messages_journey_version_id_idx on marketing.outbound_messages (tenant_id, journey_version_id, id)`);
  await q.query(`create index outbound_messages_contact_id_idx on marketing.outbound_messages (tenant_id, contact_id, id)`);
  await q.query(`create index outbound_messages_status_idx on marketing.outbound_messages (tenant_id, status, id)`);
  await q.query(`create index outbound_messages_resolved_by_id_idx on marketing.outbound_messages (tenant_id, resolved_by_id, id)`);
  await q.query(
    `create unique index outbound_messages_enrolment_id_step_id_key on marketing.outbound_messages (tenant_id, enrolment_id, step_id)`,
  );
  await q.query(`create index outbound_messages_contact_id_status_idx on marketing.outbound_messages (tenant_id, contact_id, status, id)`);
  await q.query(
    `alter table marketing.outbound_messages add constraint outbound_messages_enrolment_id_fkey foreign key (tenant_id, enrolment_id) references marketing.enrolments (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table marketing.outbound_messages add constraint outbound_messages_journey_id_fkey foreign key (tenant_id, journey_id) references marketing.journeys (tenant_id, id)`,
  );
  await q.query(
    `alter table marketing.outbound_messages add constraint outbound_messages_journey_version_id_fkey foreign key (tenant_id, journey_version_id) references marketing.journey_versions (tenant_id, id)`,
  );
  await q.query(
    `alter table marketing.outbound_messages add constraint outbound_messages_contact_id_fkey foreign key (tenant_id, contact_id) references customers.contacts (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table marketing.outbound_messages add constraint outbound_messages_resolved_by_id_fkey foreign key (tenant_id, resolved_by_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `create index outbound_messages_mailbox_idx on marketing.outbound_messages (tenant_id, journey_version_id, step_id, address)`,
  );
  await q.query(
    `alter table marketing.outbound_messages add constraint outbound_messages_sending_address_check check (status <> 'sending' or address is not null)`,
  );
}

async function suppressions(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'marketing.suppressions',
    `
    address_hash text not null,
    reason text not null,
    note text`,
  );
  await q.query(`create unique index suppressions_address_hash_key on marketing.suppressions (tenant_id, address_hash)`);
}

async function views(q: MigrationRunner): Promise<void> {
  await q.query(`create schema marketing_pub`);
  await q.query(`grant usage on schema marketing_pub to kontor_app`);
  await q.query(`create view marketing_pub.message_facts with (security_invoker = true) as
    select tenant_id, id, journey_id, journey_version_id, step_id, contact_id, channel, purpose, status, reason, created_at as planned_at, sent_at
    from marketing.outbound_messages`);
  await q.query(`grant select on marketing_pub.message_facts to kontor_app`);
}
