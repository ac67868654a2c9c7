import type { MigrationRunner } from '#kernel/db/migration.js';

/** A process that starts makes the schemas of companies that have defined something, and has to know which those are. */
export class CompaniesWithMetadata1700000010210 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`grant select (tenant_id) on kernel.metadata_versions to kontor_relay`);
    await q.query(`create policy relay on kernel.metadata_versions for select to kontor_relay using (true)`);
    await q.query(`create function kernel.tenants_with_metadata(most integer) returns setof uuid
      language sql stable security definer set search_path = pg_catalog, pg_temp
      as $$ select t.id from kernel.tenants t join kernel.metadata_versions v on v.tenant_id = t.id where t.state = 'active' order by t.id limit most $$`);
    await q.query(`revoke execute on function ${door} from public`);
    await q.query(`grant execute on function ${door} to kontor_app`);
    await q.query(`grant create on schema kernel to kontor_relay`);
    await q.query(`alter function ${door} owner to kontor_relay`);
    await q.query(`revoke create on schema kernel from kontor_relay`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function ${door}`);
    await q.query(`drop policy relay on kernel.metadata_versions`);
    await q.query(`revoke select (tenant_id) on kernel.metadata_versions from kontor_relay`);
  }
}

const door = 'kernel.tenants_with_metadata(integer)';
