import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/**
 * Events on their way out and work for later. Both tables are walled off like any other; what serves all tenants
 * (relay, clock, metrics) goes through functions of the role kontor_relay, the only one that sees over the wall.
 */
export class OutboxAndTasks1700000000500 {
  async up(q: MigrationRunner): Promise<void> {
    await outbox(q);
    await tasks(q);
    await q.query('grant create on schema kernel to kontor_relay');
    for (const one of doors) await door(q, one);
    await q.query('revoke create on schema kernel from kontor_relay');
  }

  async down(q: MigrationRunner): Promise<void> {
    for (const [signature] of [...doors].reverse()) await q.query(`drop function kernel.${signature}`);
    await q.query('drop table kernel.tasks');
    await q.query('drop table kernel.outbox');
  }
}

// Every row is written two or three times and then rests: dead versions must go before the indexes of waiting rows fill up with them.
const busy = 'autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02';

async function outbox(q: MigrationRunner): Promise<void> {
  await q.query(`create table kernel.outbox (
    tenant_id uuid not null default kernel.current_tenant(),
    id uuid not null,
    type text not null,
    subject_resource text, subject_id uuid,
    payload jsonb not null, actor jsonb not null, cause jsonb,
    occurred_at timestamp with time zone not null,
    txid xid8 not null default pg_current_xact_id(),
    relayed_at timestamp with time zone,
    constraint outbox_pkey primary key (tenant_id, id)
  ) with (${busy})`);
  await q.query(`create index outbox_waiting_idx on kernel.outbox (txid) where relayed_at is null`);
  await q.query(`create index outbox_feed_idx on kernel.outbox (txid, id)`);
  await q.query(`create index outbox_age_idx on kernel.outbox using brin (occurred_at)`);
  await protectTable(q, 'kernel.outbox');
  await q.query(`create policy relay on kernel.outbox to kontor_relay using (true) with check (true)`);
  await q.query(`grant select, update, delete on kernel.outbox to kontor_relay`);
  // What has happened stays as it was told.
  await q.query(`revoke update, delete on kernel.outbox from kontor_app`);
}

async function tasks(q: MigrationRunner): Promise<void> {
  await q.query(`create table kernel.tasks (
    tenant_id uuid not null default kernel.current_tenant(),
    id uuid not null,
    name text not null,
    key text not null,
    due_at timestamp with time zone not null,
    payload jsonb not null,
    state text not null default 'pending' check (state in ('pending', 'running', 'done', 'failed')),
    attempts integer not null default 0,
    fence bigint not null default 0, lease_until timestamp with time zone,
    rung_at timestamp with time zone,
    last_error text,
    done_at timestamp with time zone,
    created_at timestamp with time zone not null default now(),
    constraint tasks_pkey primary key (tenant_id, id),
    constraint tasks_name_key_key unique (tenant_id, name, key)
  ) with (${busy})`);
  await q.query(`create index tasks_due_idx on kernel.tasks (due_at) where state = 'pending' and rung_at is null`);
  await q.query(`create index tasks_tenant_due_idx on kernel.tasks (tenant_id, due_at) where state = 'pending' and rung_at is null`);
  await q.query(`create index tasks_rung_idx on kernel.tasks (rung_at) where state = 'pending' and rung_at is not null`);
  await q.query(`create index tasks_lease_idx on kernel.tasks (lease_until) where state = 'running'`);
  await q.query(`create index tasks_failed_idx on kernel.tasks (done_at) where state = 'failed'`);
  await q.query(`create index tasks_age_idx on kernel.tasks using brin (done_at)`);
  await protectTable(q, 'kernel.tasks');
  await q.query(`create policy relay on kernel.tasks to kontor_relay using (true) with check (true)`);
  await q.query(`grant select, insert, update, delete on kernel.tasks to kontor_relay`);
}

/**
 * A function that sees all tenants, for the application role only. Its plans are made for the values at hand: a plan for any time
 * would take a third of all tasks for due and read the whole table five times a second.
 */
async function door(q: MigrationRunner, [signature, returns, body, setting = '']: Door): Promise<void> {
  await q.query(`create function kernel.${signature} returns ${returns} language plpgsql security definer
    set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan ${setting} as $door$${body}$door$`);
  const name = `kernel.${signature.slice(0, signature.indexOf('('))}`;
  await q.query(`revoke all on function ${name} from public`);
  await q.query(`grant execute on function ${name} to kontor_app`);
  await q.query(`alter function ${name} owner to kontor_relay`);
}

const relayOutbox = `
declare
  item text;
  batch text := '';
  relayed integer := 0;
begin
  for item in
    with taken as (
      select o.tenant_id, o.id from kernel.outbox o where o.relayed_at is null order by o.txid limit p_limit for update skip locked
    ), relayed as (
      update kernel.outbox o set relayed_at = p_now from taken t where o.tenant_id = t.tenant_id and o.id = t.id returning o.*
    ), heard as (
      insert into kernel.tasks (tenant_id, id, name, key, due_at, payload)
      select e.tenant_id, gen_random_uuid(), s.name, e.id::text, least(e.occurred_at, p_now), jsonb_build_object(
        'id', e.id, 'name', e.type, 'subjectResource', e.subject_resource, 'subjectId', e.subject_id, 'occurredAt', e.occurred_at, 'payload', e.payload)
      from relayed e join unnest(p_types, p_subscribers) as s (type, name) on s.type = e.type
      order by e.txid, e.id
      on conflict (tenant_id, name, key) do nothing
    )
    select json_build_object('tenantId', e.tenant_id, 'id', e.id, 'type', e.type, 'resource', e.subject_resource, 'subjectId', e.subject_id)::text
    from relayed e order by e.txid, e.id
  loop
    relayed := relayed + 1;
    -- A notification holds less than 8,000 bytes.
    if octet_length(batch) + octet_length(item) > 7900 then
      perform pg_notify('kontor_events', '[' || batch || ']');
      batch := '';
    end if;
    batch := batch || case when batch = '' then '' else ',' end || item;
  end loop;
  if batch <> '' then perform pg_notify('kontor_events', '[' || batch || ']'); end if;
  return relayed;
end`;

// Tenants take turns, so that one with a long queue delays the others by a window at most. Rows a worker holds are passed over: waiting
// for one would stop the clock.
const ringDue = `
#variable_conflict use_column
declare
  room integer;
begin
  update kernel.tasks t set rung_at = null
  from (select r.tenant_id, r.id from kernel.tasks r
        where r.state = 'pending' and r.rung_at is not null and (r.rung_at < p_now - p_patience or r.rung_at > p_now + p_patience)
        limit p_window for update skip locked) lost
  where t.tenant_id = lost.tenant_id and t.id = lost.id;

  if not exists (select 1 from kernel.tasks t where t.state = 'pending' and t.rung_at is null and t.due_at <= p_now) then return; end if;
  select p_window - count(*) into room
  from (select 1 from kernel.tasks t where t.state = 'pending' and t.rung_at is not null limit p_window) ringing;
  -- While most of the window rings the workers have enough to do, and few large rings cost less than many small ones.
  if room < p_window / 4 then return; end if;

  return query
  with recursive waiting (tenant) as (
    (select t.tenant_id from kernel.tasks t where t.state = 'pending' and t.rung_at is null order by t.tenant_id limit 1)
    union all
    select (select t.tenant_id from kernel.tasks t where t.state = 'pending' and t.rung_at is null and t.tenant_id > w.tenant
            order by t.tenant_id limit 1)
    from waiting w where w.tenant is not null
  ), due as (
    select d.*, row_number() over (partition by d.tenant_id order by d.due_at) as turn
    from waiting w cross join lateral (
      select t.tenant_id, t.id, t.due_at from kernel.tasks t
      where t.tenant_id = w.tenant and t.state = 'pending' and t.rung_at is null and t.due_at <= p_now
      order by t.due_at limit room) d
  ), taken as (
    select t.tenant_id, t.id, d.turn from kernel.tasks t
    join (select * from due order by turn, due_at limit room) d on d.tenant_id = t.tenant_id and d.id = t.id
    where t.state = 'pending' and t.rung_at is null
    for update of t skip locked
  ), rung as (
    update kernel.tasks t set rung_at = p_now from taken k where t.tenant_id = k.tenant_id and t.id = k.id
    returning t.tenant_id, t.id, t.name, t.key, t.attempts, t.due_at, k.turn
  )
  select r.tenant_id, r.id, r.name, r.key, r.attempts, r.due_at from rung r order by r.turn, r.due_at;
end`;

const unring = `
begin
  update kernel.tasks t set rung_at = null
  from (select r.tenant_id, r.id from kernel.tasks r join unnest(p_tenants, p_ids) as u (tenant_id, id) on r.tenant_id = u.tenant_id and r.id = u.id
        where r.state = 'pending' for update of r skip locked) held
  where t.tenant_id = held.tenant_id and t.id = held.id;
end`;

const reclaimExpired = `
declare
  reclaimed integer;
begin
  update kernel.tasks t
  set state = 'pending', attempts = t.attempts + 1, lease_until = null, rung_at = null, due_at = p_now,
      last_error = 'The worker that ran this task disappeared.'
  from (select r.tenant_id, r.id from kernel.tasks r where r.state = 'running' and r.lease_until < p_now limit p_limit for update skip locked) lost
  where t.tenant_id = lost.tenant_id and t.id = lost.id;
  get diagnostics reclaimed = row_count;
  return reclaimed;
end`;

const planPeriodic = `
declare
  planned integer;
begin
  insert into kernel.tasks (tenant_id, id, name, key, due_at, payload)
  select t.id, gen_random_uuid(), p.name, to_char(p.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), p.starts_at, '{}'
  from kernel.tenants t cross join unnest(p_names, p_starts) as p (name, starts_at)
  where t.state = 'active'
  on conflict (tenant_id, name, key) do nothing;
  get diagnostics planned = row_count;
  return planned;
end`;

// Counts stop at 100,000: an operator needs to see that it is bad, not how bad to the last row.
const taskStats = `
#variable_conflict use_column
begin
  return query select
    (select count(*)::integer from (select 1 from kernel.tasks t where t.state = 'pending' and t.rung_at is null and t.due_at <= p_now limit 100000) a),
    (select count(*)::integer from (select 1 from kernel.tasks t where t.state = 'pending' and t.rung_at is not null limit 100000) b),
    (select count(*)::integer from (select 1 from kernel.tasks t where t.state = 'running' limit 100000) c),
    (select count(*)::integer from (select 1 from kernel.tasks t where t.state = 'failed' limit 100000) d),
    (select count(*)::integer from (select 1 from kernel.outbox o where o.relayed_at is null limit 100000) e),
    coalesce(extract(epoch from p_now - least(
      (select min(t.due_at) from kernel.tasks t where t.state = 'pending' and t.rung_at is null and t.due_at <= p_now),
      (select min(t.due_at) from (select x.due_at from kernel.tasks x where x.state = 'pending' and x.rung_at is not null limit 10000) t))), 0)::float8,
    coalesce(extract(epoch from p_now - (select min(o.occurred_at) from
      (select x.occurred_at from kernel.outbox x where x.relayed_at is null order by x.txid limit 1000) o)), 0)::float8;
end`;

const purgeFinished = `
declare gone integer; more integer;
begin
  delete from kernel.tasks t using (select d.tenant_id, d.id from kernel.tasks d where d.state = 'done' and d.done_at < p_before
    limit p_limit for update skip locked) old
  where t.tenant_id = old.tenant_id and t.id = old.id;
  get diagnostics gone = row_count;
  delete from kernel.outbox o using (select d.tenant_id, d.id from kernel.outbox d where d.relayed_at < p_before and d.occurred_at < p_before
    limit p_limit for update skip locked) old
  where o.tenant_id = old.tenant_id and o.id = old.id;
  get diagnostics more = row_count;
  return gone + more;
end`;

// Everything told in transactions before this position has been notified: nothing older is still open, nothing older still waits.
const feedPosition = `
begin
  return (select least(pg_snapshot_xmin(pg_current_snapshot())::text::bigint, min(o.txid::text::bigint))::text
          from (select w.txid from kernel.outbox w where w.relayed_at is null order by w.txid limit 1) o);
end`;

const relayedSince = `
#variable_conflict use_column
begin
  return query select o.txid::text, o.tenant_id, o.id, o.type, o.subject_resource, o.subject_id
  from kernel.outbox o where (o.txid, o.id) > (p_txid::xid8, p_id) and o.relayed_at is not null
  order by o.txid, o.id limit p_limit;
end`;

const failedTasks = `
#variable_conflict use_column
begin
  return query select t.tenant_id, t.id, t.name, t.key, t.attempts, t.last_error, t.done_at
  from kernel.tasks t where t.state = 'failed' order by t.done_at desc limit p_limit;
end`;

const retryTask = `
begin
  update kernel.tasks t set state = 'pending', attempts = 0, due_at = p_now, rung_at = null, done_at = null
  where t.tenant_id = p_tenant and t.id = p_id and t.state = 'failed';
  return found;
end`;

type Door = readonly [signature: string, returns: string, body: string, setting?: string];

const time = 'timestamp with time zone';
const doors: readonly Door[] = [
  [`relay_outbox(p_limit integer, p_now ${time}, p_types text[], p_subscribers text[])`, 'integer', relayOutbox],
  [
    `ring_due(p_now ${time}, p_window integer, p_patience interval)`,
    `table (tenant_id uuid, id uuid, name text, key text, attempts integer, due_at ${time})`,
    ringDue,
    // With a long queue the first due tasks of a tenant are read in order from the index, not all of them to be sorted.
    'set enable_bitmapscan = off',
  ],
  ['unring(p_tenants uuid[], p_ids uuid[])', 'void', unring],
  [`reclaim_expired(p_now ${time}, p_limit integer)`, 'integer', reclaimExpired],
  [`plan_periodic(p_names text[], p_starts ${time}[])`, 'integer', planPeriodic],
  [
    `task_stats(p_now ${time})`,
    `table (due integer, ringing integer, running integer, failed integer, outbox_waiting integer, oldest_due_seconds float8, outbox_lag_seconds float8)`,
    taskStats,
  ],
  [`purge_finished(p_before ${time}, p_limit integer)`, 'integer', purgeFinished],
  ['feed_position()', 'text', feedPosition],
  [
    'relayed_since(p_txid text, p_id uuid, p_limit integer)',
    'table (txid text, tenant_id uuid, id uuid, type text, subject_resource text, subject_id uuid)',
    relayedSince,
  ],
  [
    'failed_tasks(p_limit integer)',
    `table (tenant_id uuid, id uuid, name text, key text, attempts integer, last_error text, failed_at ${time})`,
    failedTasks,
  ],
  [`retry_task(p_tenant uuid, p_id uuid, p_now ${time})`, 'boolean', retryTask],
];
