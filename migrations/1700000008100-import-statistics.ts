import type { MigrationRunner } from '#kernel/db/migration.js';

/** Lets the application have tables measured that it has just filled: ANALYZE is the owner's right. */
export class ImportStatistics1700000008100 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`create function imports.measure_tables(wanted regclass[]) returns void
      language plpgsql security definer set search_path = pg_catalog, pg_temp
      as $$
        declare one regclass;
        begin
          foreach one in array wanted loop execute format('analyze %s', one); end loop;
        end
      $$`);
    await q.query(`revoke execute on function imports.measure_tables(regclass[]) from public`);
    await q.query(`grant execute on function imports.measure_tables(regclass[]) to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function imports.measure_tables(regclass[])`);
  }
}
