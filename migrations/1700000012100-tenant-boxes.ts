import type { MigrationRunner } from '#kernel/db/migration.js';

/** What moving a whole tenant needs beyond the rights of the application: the chain of its audit, for tenants made just now. */
export class TenantBoxes1700000012100 {
  async up(q: MigrationRunner): Promise<void> {
    await q.query(`alter table operations.operations add column file_name text, add column file_sha256 text`);
    await q.query(`grant select, update on sequence kernel.audit_entry_ids to kontor_relay`);
    await q.query(`create function kernel.reserve_audit_ids(p_last bigint) returns void language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $f$${reserve}$f$`);
    await q.query(`create function kernel.admit_links(p_seqs bigint[], p_entries bigint[], p_ats timestamp with time zone[], p_classes text[],
      p_contents bytea[], p_hashes bytea[], p_head_seq bigint, p_head_hash bytea) returns void language plpgsql security definer
      set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $f$${admit}$f$`);
    await q.query('grant create on schema kernel to kontor_relay');
    for (const name of [
      'reserve_audit_ids(bigint)',
      `admit_links(bigint[], bigint[], timestamp with time zone[], text[], bytea[], bytea[], bigint, bytea)`,
    ]) {
      await q.query(`revoke all on function kernel.${name} from public`);
      await q.query(`grant execute on function kernel.${name} to kontor_app`);
      await q.query(`alter function kernel.${name} owner to kontor_relay`);
    }
    await q.query('revoke create on schema kernel from kontor_relay');
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(
      `drop function kernel.admit_links(bigint[], bigint[], timestamp with time zone[], text[], bytea[], bytea[], bigint, bytea)`,
    );
    await q.query(`drop function kernel.reserve_audit_ids(bigint)`);
    await q.query(`revoke select, update on sequence kernel.audit_entry_ids from kontor_relay`);
    await q.query(`alter table operations.operations drop column file_name, drop column file_sha256`);
  }
}

// Entries of other servers have numbers that come again here otherwise. The gap is for numbers that are taken while we look.
const reserve = `
begin
  if p_last > 4503599627370496 then raise exception 'No audit has so many entries.' using errcode = 'numeric_value_out_of_range'; end if;
  if p_last >= (select last_value from kernel.audit_entry_ids) then perform setval('kernel.audit_entry_ids', p_last + 100000); end if;
end`;

// Only for a tenant whose row was written by this transaction and whose chain, if it has one, was too: no chain that is there already is
// ever added to here. Without hashes the links are made anew, over the entries as they are now; of entries that are gone, over what is known.
const admit = `
declare
  me uuid := kernel.current_tenant();
  head kernel.audit_heads;
  content bytea;
begin
  if not exists (select from kernel.tenants t where t.id = me and t.xmin = pg_current_xact_id()::xid)
    or exists (select from kernel.audit_heads h where h.tenant_id = me and h.xmin <> pg_current_xact_id()::xid)
  then raise exception 'A chain is only taken over by a tenant made just now.' using errcode = 'insufficient_privilege'; end if;
  select * into head from kernel.audit_heads h where h.tenant_id = me;
  if not found then
    head.tenant_id := me; head.seq := 0; head.hash := decode(repeat('00', 32), 'hex');
  end if;
  for i in 1 .. coalesce(cardinality(p_seqs), 0) loop
    content := p_contents[i];
    if p_hashes is null then
      select coalesce(sha256(convert_to(kernel.audit_content(e), 'UTF8')), content) into content
      from (select) one left join kernel.audit_entries e
        on e.tenant_id = me and e.txid = pg_current_xact_id() and e.id = p_entries[i] and e.at = p_ats[i];
      head.hash := kernel.audit_link(head.hash, p_seqs[i], p_entries[i], p_classes[i], p_ats[i], content);
    else
      head.hash := p_hashes[i];
    end if;
    head.seq := p_seqs[i];
    insert into kernel.audit_chain (tenant_id, seq, entry_id, txid, at, class, content_hash, hash)
    values (me, p_seqs[i], p_entries[i], pg_current_xact_id(), p_ats[i], p_classes[i], content, head.hash);
  end loop;
  if p_head_seq is not null then
    head.seq := p_head_seq; head.hash := p_head_hash;
  end if;
  perform kernel.note_audit_head(head);
end`;
