import type { MigrationRunner } from '#kernel/db/migration.js';

/**
 * Changes may be told silently: change feeds, gatherers and subscribers that are quiet hear of them, and nobody who would start something by
 * them. What stands for an earlier version of a record is found by the record, whichever import was taken back.
 */
export class SilentChanges1700000018410 {
  async up(q: MigrationRunner): Promise<void> {
    await replace(q, loud, withQuiet, bodyWith(unlessSilent));
    await keyOfRestored(q, 'tenant_id, record_id, stands_for');
    await q.query(`create index import_restored_import_id_idx on imports.import_restored (tenant_id, import_id)`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop index imports.import_restored_import_id_idx`);
    await keyOfRestored(q, 'tenant_id, import_id, record_id, stands_for');
    await replace(q, withQuiet, loud, bodyWith(''));
  }
}

async function keyOfRestored(q: MigrationRunner, columns: string): Promise<void> {
  await q.query(`alter table imports.import_restored drop constraint import_restored_pkey`);
  await q.query(`alter table imports.import_restored add constraint import_restored_pkey primary key (${columns})`);
}

const loud =
  'relay_outbox(p_limit integer, p_now timestamp with time zone, p_types text[], p_subscribers text[], p_gathered text[], p_gatherers text[])';
const withQuiet = loud.replace(/\)$/, ', p_quiet text[])');
const unlessSilent = ` and (s.name = any(p_quiet) or not coalesce(e.cause @> '{"silent": true}', false))`;

async function replace(q: MigrationRunner, old: string, signature: string, body: string): Promise<void> {
  await q.query('grant create on schema kernel to kontor_relay');
  await q.query(`drop function kernel.${old}`);
  await q.query(`create function kernel.${signature} returns integer language plpgsql security definer
    set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $door$${body}$door$`);
  await q.query(`revoke all on function kernel.relay_outbox from public`);
  await q.query(`grant execute on function kernel.relay_outbox to kontor_app`);
  await q.query(`alter function kernel.relay_outbox owner to kontor_relay`);
  await q.query('revoke create on schema kernel from kontor_relay');
}

/** `heardBy`: which of those that hear an event are told of it. */
const bodyWith = (heardBy: string) => `
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
      from relayed e join unnest(p_types, p_subscribers) as s (type, name) on s.type = e.type${heardBy}
      order by e.txid, e.id
      on conflict (tenant_id, name, key) do nothing
    ), gathered as (
      insert into kernel.tasks (tenant_id, id, name, key, due_at, payload)
      select e.tenant_id, gen_random_uuid(), s.name, (array_agg(e.id order by e.txid, e.id))[1]::text, p_now,
        jsonb_build_object('events', jsonb_agg(e.id order by e.txid, e.id))
      from relayed e join unnest(p_gathered, p_gatherers) as s (type, name) on s.type in (e.type, split_part(e.type, '.', 1) || '.*')
      group by e.tenant_id, s.name
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
