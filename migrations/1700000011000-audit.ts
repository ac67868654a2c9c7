import { protectTable, type MigrationRunner } from '#kernel/db/migration.js';

/**
 * The audit as a log nobody can change unseen: kept by months, chained by hashes behind the writers' backs, personal values under keys
 * of their records.
 */
export class Audit1700000011000 {
  async up(q: MigrationRunner): Promise<void> {
    await keepByMonths(q);
    await chain(q);
    await q.query(`create table kernel.record_keys (
      tenant_id uuid not null default kernel.current_tenant(),
      record_id uuid not null,
      key bytea not null,
      constraint record_keys_pkey primary key (tenant_id, record_id)
    )`);
    await protectTable(q, 'kernel.record_keys');
    await q.query(`revoke update on kernel.record_keys from kontor_app`);
    await functions(q);
    await q.query(`select kernel.make_audit_months(now() + interval '3 months')`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.seal_audit(integer)`);
    await q.query(`drop function kernel.make_audit_months(timestamp with time zone)`);
    await q.query(`drop function kernel.note_audit_head(kernel.audit_heads)`);
    await q.query(`drop function kernel.audit_content(kernel.audit_entries)`);
    await q.query(`drop function kernel.audit_link(bytea, bigint, bigint, text, timestamp with time zone, bytea)`);
    for (const table of ['audit_anchors', 'audit_heads', 'audit_mark', 'audit_chain', 'record_keys'])
      await q.query(`drop table kernel.${table}`);
    await q.query(`alter table kernel.audit_entries detach partition kernel.audit_entries_before`);
    await q.query(`drop table kernel.audit_entries`);
    await q.query(`alter table kernel.audit_entries_before rename to audit_entries`);
    await q.query(`alter index kernel.audit_entries_before_record_idx rename to audit_entries_record_idx`);
    const added = ['txid', 'class', 'on_behalf_of', 'reason', 'ip', 'client', 'correlation_id', 'batch_id', 'personal'];
    await q.query(`alter table kernel.audit_entries ${added.map((name) => `drop column ${name}`).join(', ')}`);
    await q.query(`alter table kernel.audit_entries add constraint audit_entries_pkey primary key (tenant_id, id)`);
    await q.query(`drop sequence kernel.audit_entry_ids cascade`);
    await q.query(`alter table kernel.audit_entries alter id add generated always as identity`);
  }
}

/** What was written so far becomes the first part, up to the end of the month; its rows come first in the chain. */
async function keepByMonths(q: MigrationRunner): Promise<void> {
  await q.query(`alter table kernel.audit_entries rename to audit_entries_before`);
  await q.query(`alter index kernel.audit_entries_record_idx rename to audit_entries_before_record_idx`);
  await q.query(`alter table kernel.audit_entries_before drop constraint audit_entries_pkey, alter id drop identity`);
  await q.query(`alter table kernel.audit_entries_before add column txid xid8 not null default '0',
    add column class text not null default 'change', add column on_behalf_of uuid, add column reason text, add column ip text,
    add column client text, add column correlation_id text, add column batch_id uuid, add column personal bytea`);
  await q.query(`create table kernel.audit_entries (like kernel.audit_entries_before including defaults) partition by range (at)`);
  await q.query(
    `alter table kernel.audit_entries add constraint audit_entries_tenant_id_fkey foreign key (tenant_id) references kernel.tenants (id)`,
  );
  await q.query(`create sequence kernel.audit_entry_ids as bigint cache 1`);
  await q.query(`grant usage on sequence kernel.audit_entry_ids to kontor_app`);
  await q.query(
    `alter table kernel.audit_entries alter id set default nextval('kernel.audit_entry_ids'), alter txid set default pg_current_xact_id()`,
  );
  await q.query(`create index audit_entries_record_idx on kernel.audit_entries (tenant_id, record_id, id)`);
  await q.query(`create index audit_entries_feed_idx on kernel.audit_entries (txid, id)`);
  // The wall stands before the owner too; he needs to see how far the old rows reach.
  await q.query(`alter table kernel.audit_entries_before no force row level security`);
  await q.query(`select setval('kernel.audit_entry_ids', (select coalesce(max(id), 0) + 1 from kernel.audit_entries_before), false)`);
  await q.query(`do $$ begin
    execute format('alter table kernel.audit_entries attach partition kernel.audit_entries_before for values from (minvalue) to (%L)',
      (select date_trunc('month', greatest(now(), max(at)), 'UTC') + interval '1 month' from kernel.audit_entries_before));
  end $$`);
  await q.query(`alter table kernel.audit_entries_before force row level security`);
  await q.query(`create table kernel.audit_entries_default partition of kernel.audit_entries default`);
  for (const table of ['kernel.audit_entries', 'kernel.audit_entries_default']) await protectTable(q, table);
  await q.query(`create policy relay on kernel.audit_entries to kontor_relay using (true)`);
  await q.query(`grant select on kernel.audit_entries to kontor_relay`);
  await q.query(`revoke update, delete on kernel.audit_entries from kontor_app`);
  await q.query(`revoke all on kernel.audit_entries_default, kernel.audit_entries_before from kontor_app`);
}

async function chain(q: MigrationRunner): Promise<void> {
  await q.query(`create table kernel.audit_chain (
    tenant_id uuid not null default kernel.current_tenant(),
    seq bigint not null,
    entry_id bigint not null,
    txid xid8 not null,
    at timestamp with time zone not null,
    class text not null,
    content_hash bytea not null,
    hash bytea not null,
    constraint audit_chain_pkey primary key (tenant_id, seq),
    constraint audit_chain_entry_id_key unique (tenant_id, entry_id)
  )`);
  await q.query(`create table kernel.audit_heads (
    tenant_id uuid not null default kernel.current_tenant(),
    seq bigint not null,
    hash bytea not null,
    constraint audit_heads_pkey primary key (tenant_id)
  )`);
  await q.query(`create table kernel.audit_anchors (
    tenant_id uuid not null default kernel.current_tenant(),
    day date not null,
    seq bigint not null,
    hash bytea not null,
    made_at timestamp with time zone not null,
    signature text not null,
    constraint audit_anchors_pkey primary key (tenant_id, day)
  )`);
  for (const table of ['audit_chain', 'audit_heads', 'audit_anchors']) {
    await protectTable(q, `kernel.${table}`);
    await q.query(`revoke insert, update, delete on kernel.${table} from kontor_app`);
  }
  await q.query(`grant insert on kernel.audit_anchors to kontor_app`);
  for (const table of ['audit_chain', 'audit_heads']) {
    await q.query(`create policy relay on kernel.${table} to kontor_relay using (true) with check (true)`);
    await q.query(`grant select, insert, update on kernel.${table} to kontor_relay`);
  }
  await q.query(`create table kernel.audit_mark (txid xid8 not null, entry_id bigint not null)`);
  await q.query(`insert into kernel.audit_mark values ('0', 0)`);
  await q.query(`grant select on kernel.audit_mark to kontor_app`);
  await q.query(`grant select, update on kernel.audit_mark to kontor_relay`);
}

// All that an entry says, in one way of writing: jsonb orders its keys.
const content = `select jsonb_build_object('tenantId', e.tenant_id, 'id', e.id,
  'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'class', e.class,
  'actorKind', e.actor_kind, 'actorId', e.actor_id, 'actorLabel', e.actor_label, 'onBehalfOf', e.on_behalf_of,
  'command', e.command, 'resource', e.resource, 'recordId', e.record_id, 'action', e.action,
  'changes', e.changes, 'personal', encode(e.personal, 'base64'), 'reason', e.reason, 'ip', e.ip, 'client', e.client,
  'requestId', e.request_id, 'correlationId', e.correlation_id, 'batchId', e.batch_id)::text`;

const link = `select sha256(p_prev || int8send(p_seq) || int8send(p_entry)
  || convert_to(p_class || ' ' || to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'UTF8') || p_content)`;

// Nothing below the horizon is still open, so nothing can come to stand in front of what is chained here. A horizon before the mark means
// that the data came from another server by a dump: its numbers mean nothing here, and what is not chained yet is.
const seal = `
declare
  mark kernel.audit_mark;
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  one record;
  head kernel.audit_heads;
  visited integer := 0;
  moved boolean;
  seqs bigint[] := '{}'; ids bigint[] := '{}'; txids xid8[] := '{}'; ats timestamptz[] := '{}'; classes text[] := '{}';
  contents bytea[] := '{}'; hashes bytea[] := '{}'; tenants uuid[] := '{}';
begin
  if not pg_try_advisory_xact_lock(7265772) then return 0; end if;
  select * into mark from kernel.audit_mark;
  moved := horizon < mark.txid;
  for one in
    with batch as materialized (
      select e.tenant_id, e.id, e.txid, e.at, e.class, sha256(convert_to(kernel.audit_content(e), 'UTF8')) as content_hash
      from kernel.audit_entries e
      where case when moved then not exists (select from kernel.audit_chain k where k.tenant_id = e.tenant_id and k.entry_id = e.id)
        else (e.txid, e.id) > (mark.txid, mark.entry_id) and e.txid < horizon end
      order by e.txid, e.id limit case when moved then null else p_limit end
    )
    select b.*, c.seq is not null as is_done, row_number() over (order by b.txid desc, b.id desc) = 1 as is_last
    from batch b left join kernel.audit_chain c on c.tenant_id = b.tenant_id and c.entry_id = b.id
    order by b.tenant_id, b.txid, b.id
  loop
    visited := visited + 1;
    if one.is_last and not moved then update kernel.audit_mark set txid = one.txid, entry_id = one.id; end if;
    continue when one.is_done;
    if head.tenant_id is distinct from one.tenant_id then
      perform kernel.note_audit_head(head);
      select * into head from kernel.audit_heads h where h.tenant_id = one.tenant_id;
      if not found then
        head.tenant_id := one.tenant_id; head.seq := 0; head.hash := decode(repeat('00', 32), 'hex');
      end if;
    end if;
    head.seq := head.seq + 1;
    head.hash := kernel.audit_link(head.hash, head.seq, one.id, one.class, one.at, one.content_hash);
    tenants := tenants || one.tenant_id; seqs := seqs || head.seq; ids := ids || one.id; txids := txids || one.txid;
    ats := ats || one.at; classes := classes || one.class; contents := contents || one.content_hash; hashes := hashes || head.hash;
  end loop;
  perform kernel.note_audit_head(head);
  insert into kernel.audit_chain (tenant_id, seq, entry_id, txid, at, class, content_hash, hash)
  select * from unnest(tenants, seqs, ids, txids, ats, classes, contents, hashes);
  if moved then update kernel.audit_mark set txid = horizon, entry_id = 0; end if;
  return visited;
end`;

const noteHead = `
begin
  if p_head.tenant_id is null then return; end if;
  insert into kernel.audit_heads values (p_head.tenant_id, p_head.seq, p_head.hash)
  on conflict (tenant_id) do update set seq = excluded.seq, hash = excluded.hash;
end`;

// A month some of whose rows lie in the default part already stays there; one that cannot be locked is made at the next try.
const makeMonths = `
declare
  month timestamp with time zone := date_trunc('month', now(), 'UTC');
  part text;
  made integer := 0;
begin
  if not pg_try_advisory_xact_lock(7265773) then return 0; end if;
  while month <= p_until loop
    part := 'audit_entries_' || to_char(month, 'YYYY_MM');
    if to_regclass('kernel.' || part) is null then
      begin
        execute format('create table kernel.%I (like kernel.audit_entries including defaults)', part);
        execute format('alter table kernel.%I enable row level security', part);
        execute format('alter table kernel.%I force row level security', part);
        execute format('create policy tenant_wall on kernel.%I using (tenant_id = kernel.current_tenant()) with check (tenant_id = kernel.current_tenant())', part);
        execute format('alter table kernel.audit_entries attach partition kernel.%I for values from (%L) to (%L)', part, month, month + interval '1 month');
        made := made + 1;
      exception when invalid_object_definition or check_violation or lock_not_available then null;
      end;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end`;

async function functions(q: MigrationRunner): Promise<void> {
  const time = 'timestamp with time zone';
  await q.query(
    `create function kernel.audit_content(e kernel.audit_entries) returns text language sql stable parallel safe as $f$${content}$f$`,
  );
  await q.query(`create function kernel.audit_link(p_prev bytea, p_seq bigint, p_entry bigint, p_class text, p_at ${time}, p_content bytea)
    returns bytea language sql stable parallel safe as $f$${link}$f$`);
  await q.query(`create function kernel.make_audit_months(p_until ${time}) returns integer language plpgsql security definer
    set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '2s' as $f$${makeMonths}$f$`);
  await q.query(`create function kernel.note_audit_head(p_head kernel.audit_heads) returns void language plpgsql
    set search_path = pg_catalog, pg_temp as $f$${noteHead}$f$`);
  await q.query(`create function kernel.seal_audit(p_limit integer) returns integer language plpgsql security definer
    set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $f$${seal}$f$`);
  for (const name of ['audit_content', 'audit_link', 'make_audit_months', 'note_audit_head', 'seal_audit'])
    await q.query(`revoke all on function kernel.${name} from public`);
  for (const name of ['audit_content', 'audit_link']) await q.query(`grant execute on function kernel.${name} to kontor_app, kontor_relay`);
  await q.query(`grant execute on function kernel.note_audit_head to kontor_relay`);
  await q.query(`grant execute on function kernel.make_audit_months, kernel.seal_audit to kontor_app`);
  await q.query(`grant create on schema kernel to kontor_relay`);
  await q.query(`alter function kernel.seal_audit owner to kontor_relay`);
  await q.query(`revoke create on schema kernel from kontor_relay`);
}
