import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** Service level clocks, their ladders, and the notices they send; and what analytics may read of cases. */
export class ServiceClocks1700000006100 {
  async up(q: MigrationRunner): Promise<void> {
    await caseTimers(q);
    await slaEvents(q);
    await escalations(q);
    await escalationEffects(q);
    await notices(q);
    await facts(q);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema service_pub cascade`);
    for (const table of ['notifications', 'escalation_effects', 'escalations', 'sla_events', 'case_timers'])
      await q.query(`drop table service.${table}`);
  }
}

async function caseTimers(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.case_timers',
    `
    case_id uuid not null,
    owner_id uuid,
    version_id uuid not null,
    metric text not null,
    cycle_no integer not null,
    state text not null,
    started_at timestamp with time zone not null,
    target_minutes integer not null,
    floor_seconds integer,
    calendar_id uuid,
    pauses_in jsonb not null,
    due_at timestamp with time zone,
    stopped_at timestamp with time zone,
    breached_at timestamp with time zone,
    overrun_seconds integer,
    generation integer not null,
    wake_no integer not null`,
  );
  await q.query(`create index case_timers_case_id_idx on service.case_timers (tenant_id, case_id, id)`);
  await q.query(`create index case_timers_owner_id_idx on service.case_timers (tenant_id, owner_id, id)`);
  await q.query(`create index case_timers_version_id_idx on service.case_timers (tenant_id, version_id, id)`);
  await q.query(`create index case_timers_state_idx on service.case_timers (tenant_id, state, id)`);
  await q.query(`create index case_timers_calendar_id_idx on service.case_timers (tenant_id, calendar_id, id)`);
  await q.query(`create index case_timers_due_at_idx on service.case_timers (tenant_id, due_at, id)`);
  await q.query(
    `create unique index case_timers_case_id_metric_cycle_no_key on service.case_timers (tenant_id, case_id, metric, cycle_no)`,
  );
  await q.query(
    `alter table service.case_timers add constraint case_timers_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.case_timers add constraint case_timers_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table service.case_timers add constraint case_timers_version_id_fkey foreign key (tenant_id, version_id) references service.service_level_versions (tenant_id, id)`,
  );
  await q.query(
    `alter table service.case_timers add constraint case_timers_calendar_id_fkey foreign key (tenant_id, calendar_id) references service.business_calendars (tenant_id, id)`,
  );
}

async function slaEvents(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.sla_events',
    `
    timer_id uuid not null,
    case_id uuid not null,
    owner_id uuid,
    seq integer not null,
    kind text not null,
    happened_at timestamp with time zone not null,
    data jsonb`,
  );
  await q.query(`create index sla_events_timer_id_idx on service.sla_events (tenant_id, timer_id, id)`);
  await q.query(`create index sla_events_case_id_idx on service.sla_events (tenant_id, case_id, id)`);
  await q.query(`create index sla_events_owner_id_idx on service.sla_events (tenant_id, owner_id, id)`);
  await q.query(`create unique index sla_events_timer_id_seq_key on service.sla_events (tenant_id, timer_id, seq)`);
  await q.query(
    `alter table service.sla_events add constraint sla_events_timer_id_fkey foreign key (tenant_id, timer_id) references service.case_timers (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.sla_events add constraint sla_events_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.sla_events add constraint sla_events_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  // History is only ever added to.
  await q.query(`revoke update, delete on service.sla_events from kontor_app`);
  await q.query(`grant update (owner_id) on service.sla_events to kontor_app`);
}

async function escalations(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.escalations',
    `
    timer_id uuid not null,
    case_id uuid not null,
    owner_id uuid,
    step_id uuid not null,
    level integer not null,
    cycle_key text not null,
    state text not null,
    fire_at timestamp with time zone,
    fired_at timestamp with time zone`,
  );
  await q.query(`create index escalations_timer_id_idx on service.escalations (tenant_id, timer_id, id)`);
  await q.query(`create index escalations_case_id_idx on service.escalations (tenant_id, case_id, id)`);
  await q.query(`create index escalations_owner_id_idx on service.escalations (tenant_id, owner_id, id)`);
  await q.query(`create index escalations_step_id_idx on service.escalations (tenant_id, step_id, id)`);
  await q.query(
    `create unique index escalations_timer_id_step_id_cycle_key_key on service.escalations (tenant_id, timer_id, step_id, cycle_key)`,
  );
  await q.query(
    `alter table service.escalations add constraint escalations_timer_id_fkey foreign key (tenant_id, timer_id) references service.case_timers (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.escalations add constraint escalations_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.escalations add constraint escalations_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
  await q.query(
    `alter table service.escalations add constraint escalations_step_id_fkey foreign key (tenant_id, step_id) references service.escalation_steps (tenant_id, id)`,
  );
}

async function escalationEffects(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.escalation_effects',
    `
    escalation_id uuid not null,
    case_id uuid not null,
    owner_id uuid,
    action_no integer not null,
    kind text not null,
    outcome text not null,
    detail text`,
  );
  await q.query(`create index escalation_effects_escalation_id_idx on service.escalation_effects (tenant_id, escalation_id, id)`);
  await q.query(`create index escalation_effects_case_id_idx on service.escalation_effects (tenant_id, case_id, id)`);
  await q.query(`create index escalation_effects_owner_id_idx on service.escalation_effects (tenant_id, owner_id, id)`);
  await q.query(
    `create unique index escalation_effects_escalation_id_action_no_key on service.escalation_effects (tenant_id, escalation_id, action_no)`,
  );
  await q.query(
    `alter table service.escalation_effects add constraint escalation_effects_escalation_id_fkey foreign key (tenant_id, escalation_id) references service.escalations (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.escalation_effects add constraint escalation_effects_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.escalation_effects add constraint escalation_effects_owner_id_fkey foreign key (tenant_id, owner_id) references identity.users (tenant_id, id)`,
  );
}

async function notices(q: MigrationRunner): Promise<void> {
  await tenantTable(
    q,
    'service.notifications',
    `
    user_id uuid not null,
    kind text not null,
    case_id uuid not null,
    effect_id uuid,
    title text not null,
    body text,
    read_at timestamp with time zone`,
  );
  await q.query(`create index notifications_user_id_idx on service.notifications (tenant_id, user_id, id)`);
  await q.query(`create index notifications_case_id_idx on service.notifications (tenant_id, case_id, id)`);
  await q.query(`create index notifications_effect_id_idx on service.notifications (tenant_id, effect_id, id)`);
  await q.query(`create unique index notifications_effect_id_user_id_key on service.notifications (tenant_id, effect_id, user_id)`);
  await q.query(
    `alter table service.notifications add constraint notifications_user_id_fkey foreign key (tenant_id, user_id) references identity.users (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.notifications add constraint notifications_case_id_fkey foreign key (tenant_id, case_id) references service.cases (tenant_id, id) on delete cascade`,
  );
  await q.query(
    `alter table service.notifications add constraint notifications_effect_id_fkey foreign key (tenant_id, effect_id) references service.escalation_effects (tenant_id, id) on delete cascade`,
  );
}

async function facts(q: MigrationRunner): Promise<void> {
  await q.query(`create schema service_pub`);
  await q.query(`grant usage on schema service_pub to kontor_app`);
  await q.query(`create view service_pub.case_facts with (security_invoker = true) as
    select c.tenant_id, c.id, c.number, c.type, c.priority, c.status, c.channel, c.owner_id, c.team_id, c.account_id, c.contact_id, c.product_id,
      a.name as account, a.sector, p.name as product, u.name as agent, m.name as manager, t.name as team, t.region,
      c.opened_at, c.first_responded_at, c.resolved_at, c.closed_at, c.reopen_count, c.resolution_code,
      extract(epoch from c.first_responded_at - c.opened_at)::bigint as first_response_seconds,
      extract(epoch from c.resolved_at - c.opened_at)::bigint as resolution_seconds,
      f.state as first_response_state, f.due_at as first_response_due_at, f.breached_at as first_response_breached_at,
      r.state as resolution_state, r.due_at as resolution_due_at, r.breached_at as resolution_breached_at,
      c.created_at, c.updated_at, c.version
    from service.cases c
    left join lateral (select s.state, s.due_at, s.breached_at from service.case_timers s
      where s.tenant_id = c.tenant_id and s.case_id = c.id and s.metric = 'first_response' order by s.cycle_no desc limit 1) f on true
    left join lateral (select s.state, s.due_at, s.breached_at from service.case_timers s
      where s.tenant_id = c.tenant_id and s.case_id = c.id and s.metric = 'resolution' order by s.cycle_no desc limit 1) r on true
    left join identity.users u on u.tenant_id = c.tenant_id and u.id = c.owner_id
    left join identity.users m on m.tenant_id = u.tenant_id and m.id = u.manager_id
    left join identity.teams t on t.tenant_id = c.tenant_id and t.id = c.team_id
    left join customers.accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id
    left join catalog.products p on p.tenant_id = c.tenant_id and p.id = c.product_id`);
  await q.query(`grant select on service_pub.case_facts to kontor_app`);
}
