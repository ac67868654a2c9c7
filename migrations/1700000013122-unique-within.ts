import type { MigrationRunner } from '#kernel/db/migration.js';

const indexes = ['text', 'num', 'time', 'bool', 'ref'];

/** Values that are unique among the records that share other fields: `scope` is made of what those fields hold, empty where all records count. */
export class UniqueWithin1700000013122 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table customization.field_definitions add column unique_within jsonb`);
    for (const name of indexes) {
      const table = `field_index_${name}`;
      await q.query(`alter table kernel.${table} add column scope text not null default ''`);
      await q.query(`drop index kernel.${table}_value_key`);
      await q.query(`create unique index ${table}_value_key on kernel.${table} (tenant_id, field_id, value, scope) where is_unique`);
    }
    await q.query(`create function kernel.scope_of(p_row jsonb, p_scope jsonb) returns text language sql immutable parallel safe
      set search_path = pg_catalog, pg_temp as $f$${scopeOf}$f$`);
    await q.query(`revoke all on function kernel.scope_of(jsonb, jsonb) from public`);
    await q.query(`grant execute on function kernel.scope_of(jsonb, jsonb) to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.scope_of(jsonb, jsonb)`);
    for (const name of indexes) {
      const table = `field_index_${name}`;
      await q.query(`drop index kernel.${table}_value_key`);
      await q.query(`alter table kernel.${table} drop column scope`);
      await q.query(`create unique index ${table}_value_key on kernel.${table} (tenant_id, field_id, value) where is_unique`);
    }
    await q.query(`alter table customization.field_definitions drop column unique_within`);
  }
}

// As a hash, since what is indexed is not as long as some texts. What is empty is a value as others are.
const scopeOf = `select case when p_scope is null then '' else encode(sha256(convert_to((
    select jsonb_agg(coalesce(p_row -> 'custom' ->> (s.part ->> 'member'), p_row ->> (s.part ->> 'column')) order by s.n)::text
    from jsonb_array_elements(p_scope) with ordinality s (part, n)), 'UTF8')), 'hex') end`;
