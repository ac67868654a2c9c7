import { protectTable, tenantTable, type MigrationRunner } from '#kernel/db/migration.js';

/** What good records look like, what is wrong with those that are not, and the sweeps that look. */
export class Quality1700000013000 {
  async up(q: MigrationRunner): Promise<void> {
    await tenantTable(q, 'quality.quality_rules', rules);
    await q.query(`create unique index quality_rules_key_key on quality.quality_rules (tenant_id, key)`);
    await q.query(`create index quality_rules_resource_idx on quality.quality_rules (tenant_id, resource, id)`);
    await tenantTable(q, 'quality.quality_sweeps', sweeps);
    await q.query(`create index quality_sweeps_state_idx on quality.quality_sweeps (tenant_id, state, id)`);
    await q.query(`create index quality_sweeps_started_by_id_idx on quality.quality_sweeps (tenant_id, started_by_id, id)`);
    await q.query(`create index quality_sweeps_started_at_idx on quality.quality_sweeps (tenant_id, started_at, id)`);
    await q.query(`create unique index quality_sweeps_one_running on quality.quality_sweeps (tenant_id) where state = 'running'`);
    await q.query(
      `alter table quality.quality_sweeps add constraint quality_sweeps_started_by_id_fkey foreign key (tenant_id, started_by_id) references identity.users (tenant_id, id)`,
    );
    await q.query(findings);
    await protectTable(q, 'quality.findings');
    await q.query(`create index findings_record_idx on quality.findings (tenant_id, record_id)`);
    await q.query(`create index findings_status_idx on quality.findings (tenant_id, status, id)`);
    await q.query(`create index findings_resource_idx on quality.findings (tenant_id, resource, id)`);
    await q.query(keys);
    await protectTable(q, 'quality.keys');
    await q.query(`create index keys_key_idx on quality.keys (tenant_id, rule_id, key)`);
    await q.query(plain);
    // Told at commit to all processes, so that each judges by the change with its next write.
    await q.query(
      `create trigger identity_news after insert or update or delete on quality.quality_rules for each statement execute function identity.tell_change()`,
    );
  }

  async down(q: MigrationRunner): Promise<void> {
    await q.query(`drop schema quality cascade`);
  }
}

const rules = `
      key text not null,
      resource text not null,
      kind text not null,
      fields jsonb not null,
      settings jsonb not null,
      condition text,
      severity text not null,
      at_entry boolean not null,
      weight integer not null,
      messages jsonb not null,
      is_active boolean not null,
      is_shipped boolean not null,
      reads jsonb not null,
      learned jsonb`;

const sweeps = `
      state text not null,
      plan jsonb not null,
      place jsonb not null,
      turn integer not null,
      records jsonb not null,
      opened integer not null,
      fixed integer not null,
      results jsonb,
      started_by_id uuid,
      started_at timestamp with time zone not null,
      finished_at timestamp with time zone`;

/** One for a rule and a record, however often it is found. Values are not kept: whoever may read the record sees them there. */
const findings = `create table quality.findings (
      tenant_id uuid not null default kernel.current_tenant(),
      id uuid not null,
      rule_id uuid not null,
      resource text not null,
      record_id uuid,
      status text not null,
      detail jsonb not null,
      found_at timestamp with time zone not null,
      fixed_at timestamp with time zone,
      fixed_by_id uuid,
      accepted_at timestamp with time zone,
      accepted_by_id uuid,
      note text,
      constraint findings_pkey primary key (tenant_id, id),
      constraint findings_rule_record_key unique nulls not distinct (tenant_id, rule_id, record_id),
      constraint findings_rule_id_fkey foreign key (tenant_id, rule_id) references quality.quality_rules (tenant_id, id) on delete cascade,
      constraint findings_fixed_by_id_fkey foreign key (tenant_id, fixed_by_id) references identity.users (tenant_id, id),
      constraint findings_accepted_by_id_fkey foreign key (tenant_id, accepted_by_id) references identity.users (tenant_id, id)
    )`;

/** By what rules compare rows: a number made of what stands in them. */
const keys = `create table quality.keys (
      tenant_id uuid not null default kernel.current_tenant(),
      rule_id uuid not null,
      record_id uuid not null,
      key bigint not null,
      constraint keys_pkey primary key (tenant_id, rule_id, record_id),
      constraint keys_rule_id_fkey foreign key (tenant_id, rule_id) references quality.quality_rules (tenant_id, id) on delete cascade
    )`;

/**
 * What is left of a name when one looks away from how it is written: small letters without marks, umlauts either way, no legal form, no
 * spaces and signs. Of addresses at Gmail also no dots and no tags.
 */
const plain = `create function quality.plain(value text) returns text language sql immutable strict parallel safe as $$
  select case
    when value ~* '@(gmail|googlemail)\\.com$'
      then replace(split_part(split_part(lower(value), '@', 1), '+', 1), '.', '') || '@gmail.com'
    when position('@' in value) > 0 then lower(btrim(value))
    else coalesce(nullif(regexp_replace(regexp_replace(bare.word,
      '\\m(gmbh|mbh|ggmbh|ag|se|kg|kgaa|ohg|gbr|ug|ev|ltd|limited|inc|incorporated|llc|llp|plc|corp|corporation|co|company|sa|sarl|sas|bv|nv|spa|srl|oy|ab|as)\\M', '', 'g'),
      '[^[:alnum:]]', '', 'g'), ''), regexp_replace(bare.word, '[^[:alnum:]]', '', 'g'))
  end
  from (select regexp_replace(regexp_replace(replace(replace(
    regexp_replace(normalize(lower(value), nfkd), '[\\u0300-\\u036f]', '', 'g'), 'ß', 'ss'), '.', ''),
    '(a|o|u)e', '\\1', 'g'), '\\m(strasse|str)\\M', 'str', 'g') as word) bare
$$`;
