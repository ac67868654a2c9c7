import type { MigrationRunner } from '#kernel/db/migration.js';

/** Texts as JSON, the way that costs this server least. */
export class JsonOfText1700000009700 {
  async up(q: MigrationRunner): Promise<void> {
    // to_json looks up the type of its argument at every call; json_scalar, which PostgreSQL has from 17 on, when the statement
    // is planned. The function is written into the statements that use it and never called.
    await q.query(`do $$ begin
      execute format('create function kernel.json_text(text) returns json language sql stable parallel safe as %L',
        case when current_setting('server_version_num')::integer >= 170000 then 'select json_scalar($1)' else 'select to_json($1)' end);
    end $$`);
    await q.query(`grant execute on function kernel.json_text(text) to kontor_app, kontor_relay`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.json_text(text)`);
  }
}
