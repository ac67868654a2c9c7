import type { MigrationRunner } from '#kernel/db/migration.js';

/** Deleting for good what a module has of a tenant, history that is never deleted otherwise included. */
export class ModulePurges1700000019010 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table modules.tenant_modules add column purged_rows jsonb, add column called_off text`);
    await q.query(`create function modules.purge_rows(p_table text, p_limit integer) returns integer language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $f$${purge}$f$`);
    await q.query(`revoke all on function modules.purge_rows(text, integer) from public`);
    await q.query(`grant execute on function modules.purge_rows(text, integer) to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function modules.purge_rows(text, integer)`);
    await q.query(`alter table modules.tenant_modules drop column purged_rows, drop column called_off`);
  }
}

const sides = ['external_refs', 'record_shares', ...['text', 'num', 'time', 'bool', 'ref'].map((type) => `field_index_${type}`)];
const sideways = sides
  .map(
    (name) =>
      `, ${name} as (delete from kernel.${name} s using gone where s.tenant_id = kernel.current_tenant() and s.record_id = gone.id)`,
  )
  .join('');

// Of the caller's own tenant, and of a module only that is being purged; never of what all others stand on.
const purge = `
declare
  owner text := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = p_table::regclass);
  part text := '';
  id text := 'null::uuid';
  beside text := '';
  gone integer;
begin
  if owner in ('kernel', 'audit', 'identity', 'modules', 'operations', 'customers', 'catalog', 'customization', 'public') or not exists (
    select from modules.tenant_modules m
    where m.tenant_id = kernel.current_tenant() and m.state = 'purging' and split_part(m.key, '.', 1) = owner)
  then raise exception 'The module % is not being purged.', owner using errcode = 'insufficient_privilege'; end if;
  if exists (select from pg_attribute a where a.attrelid = p_table::regclass and a.attname = 'id' and a.atttypid = 'uuid'::regtype) then
    id := 't.id';
    beside := '${sideways}';
  end if;
  if p_limit is not null then
    part := format(' and (t.tableoid, t.ctid) in (select o.tableoid, o.ctid from %s o where o.tenant_id = kernel.current_tenant() limit %s)', p_table::regclass, p_limit);
  end if;
  execute format('with gone as (delete from %s t where t.tenant_id = kernel.current_tenant()%s returning %s as id)%s select count(*) from gone',
    p_table::regclass, part, id, beside) into gone;
  return gone;
end`;
