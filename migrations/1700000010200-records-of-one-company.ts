import type { MigrationRunner } from '#kernel/db/migration.js';

/**
 * Statements on a company's own objects name the part of `kernel.records` that company is in: with the whole, PostgreSQL would find the part out at
 * each run, which takes longer than the list itself. So the parts have a wall of their own.
 */
export class RecordsOfOneCompany1700000010200 {
  async up(q: MigrationRunner): Promise<void> {
    for (const part of parts) {
      await q.query(
        `create policy tenant_wall on ${part} using (tenant_id = kernel.current_tenant()) with check (tenant_id = kernel.current_tenant())`,
      );
      await q.query(`grant select, insert, update, delete on ${part} to kontor_app`);
    }
    await q.query(`create function kernel.records_of(tenant uuid) returns text language sql stable parallel safe as $$
      select 'kernel.records_' || n from generate_series(0, ${parts.length - 1}) as n
      where satisfies_hash_partition('kernel.records'::regclass, ${parts.length}, n, tenant) $$`);
    await q.query(`grant execute on function kernel.records_of(uuid) to kontor_app`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.records_of(uuid)`);
    for (const part of parts) {
      await q.query(`revoke all on ${part} from kontor_app`);
      await q.query(`drop policy tenant_wall on ${part}`);
    }
  }
}

const parts = Array.from({ length: 8 }, (_, n) => `kernel.records_${n}`);
