import { tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** How long the audit is kept, what must be kept longer, and the door through which what is over goes. */
export class AuditKeeping1700000011100 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(q, 'audit.retentions', `class text not null, months integer, custom jsonb not null default '{}'`);
    await tenantTable(
      q,
      'audit.legal_holds',
      `name text not null, record_id text, reason text not null, placed_at timestamp with time zone not null,
      lifted_at timestamp with time zone, lift_reason text`,
    );
    await q.query(`create index legal_holds_record_id_idx on audit.legal_holds (tenant_id, record_id, id)`);
    await q.query(`create policy relay on audit.legal_holds for select to kontor_relay using (true)`);
    await q.query(`grant select on audit.legal_holds to kontor_relay`);
    await q.query(`grant delete on kernel.audit_entries to kontor_relay`);
    await q.query(`create index audit_entries_class_idx on kernel.audit_entries (tenant_id, class, at) where class <> 'change'`);
    await q.query(`create function kernel.purge_audit(p_class text, p_before timestamp with time zone, p_limit integer) returns integer language plpgsql
      security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $f$${purge}$f$`);
    await q.query(`revoke all on function kernel.purge_audit from public`);
    await q.query(`grant execute on function kernel.purge_audit to kontor_app`);
    await q.query(`grant create on schema kernel to kontor_relay`);
    await q.query(`alter function kernel.purge_audit owner to kontor_relay`);
    await q.query(`revoke create on schema kernel from kontor_relay`);
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop function kernel.purge_audit(text, timestamp with time zone, integer)`);
    await q.query(`drop index kernel.audit_entries_class_idx`);
    await q.query(`drop schema audit cascade`);
  }
}

// Of the caller's own tenant only, nothing young, nothing that is not chained yet, nothing that says what was thrown away, nothing held.
const purge = `
declare
  gone integer;
begin
  if p_class = 'security' or exists (select from audit.legal_holds h where h.tenant_id = kernel.current_tenant() and h.lifted_at is null and h.record_id is null)
  then return 0; end if;
  delete from kernel.audit_entries e using (
    select o.id, o.at from kernel.audit_entries o
    where o.tenant_id = kernel.current_tenant() and o.class = p_class and o.at < least(p_before, now() - interval '30 days')
      and exists (select from kernel.audit_chain c where c.tenant_id = o.tenant_id and c.entry_id = o.id)
      and not exists (select from audit.legal_holds h where h.tenant_id = o.tenant_id and h.lifted_at is null and h.record_id = o.record_id::text)
    limit p_limit) old
  where e.tenant_id = kernel.current_tenant() and e.id = old.id and e.at = old.at;
  get diagnostics gone = row_count;
  return gone;
end`;
