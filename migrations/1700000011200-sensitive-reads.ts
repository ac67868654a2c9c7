import type { MigrationRunner } from '#kernel/db/migration.js';

/** Statements that show sensitive fields say of which records they did. */
export class SensitiveReads1700000011200 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create function kernel.saw(p_field text, p_id uuid) returns text language plpgsql volatile
      set search_path = pg_catalog, pg_temp as $f$${saw}$f$`);
    await q.query(`revoke all on function kernel.saw from public`);
    await q.query(`grant execute on function kernel.saw to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.saw(text, uuid)`);
  }
}

// Answers nothing, so that it can stand in any text. Beyond a thousand records or so they are only counted.
const saw = `
declare
  seen text := coalesce(current_setting('app.saw', true), '');
begin
  if length(seen) < 60000 then perform set_config('app.saw', seen || p_field || ' ' || p_id || ',', false);
  else perform set_config('app.saw_more', (coalesce(nullif(current_setting('app.saw_more', true), ''), '0')::integer + 1)::text, false);
  end if;
  return '';
end`;
