import { sql } from '#kernel/db/sql.js';
import { newId, typeCode } from '#kernel/resource/ids.js';
import type { JudgeWork } from '#kernel/usecase/judge.js';
import type { CompiledRule } from '../rule/compiled-rule.js';
import { within, type Fault, type Scope } from './find-faults.js';

const findingCode = typeCode('quality_finding');

export interface Kept {
  /** New findings, and those of faults that had been fixed before. */
  readonly opened: number;
  readonly fixed: number;
}

/** Opens a finding for each fault, one for a rule and a record however often it is found. An accepted one stays accepted. */
export async function openFindings(work: JudgeWork, faults: readonly Fault[]): Promise<number> {
  if (faults.length === 0) return 0;
  const ids = faults.map(() => newId(findingCode, work.now.getTime()));
  const rows = await work.rows(sql`insert into quality.findings (id, rule_id, resource, record_id, status, detail, found_at)
    select f.id, f.rule_id, f.resource, f.record_id, 'open', f.detail, ${work.now}
    from unnest(${ids}::uuid[], ${faults.map(({ rule }) => rule.rule.id)}::uuid[], ${faults.map(({ rule }) => rule.resource.name)}::text[],
      ${faults.map(({ recordId }) => recordId)}::uuid[], ${faults.map(({ detail }) => JSON.stringify(detail))}::jsonb[]) as f(id, rule_id, resource, record_id, detail)
    on conflict (tenant_id, rule_id, record_id) do update
      set status = case findings.status when 'fixed' then 'open' else findings.status end,
        found_at = case findings.status when 'fixed' then excluded.found_at else findings.found_at end,
        detail = excluded.detail, fixed_at = null, fixed_by_id = null
      where findings.status = 'fixed' or findings.detail <> excluded.detail
    returning 1`);
  return rows.length;
}

interface Looked {
  readonly rules: readonly CompiledRule[];
  readonly scope: Scope;
  readonly faults: readonly Fault[];
}

/** Closes the findings of rows that were looked at and are good now, or gone. */
export async function closeFindings(work: JudgeWork, { rules, scope, faults }: Looked): Promise<number> {
  if (rules.length === 0) return 0;
  const rows =
    await work.rows(sql`update quality.findings f set status = 'fixed', fixed_at = ${work.now}, fixed_by_id = ${work.actor.userId}
    where f.tenant_id = ${work.tenantId} and f.status <> 'fixed' and f.rule_id = any(${rules.map(({ rule }) => rule.id)}::uuid[])
      and ${within(scope, sql`f.record_id`)}
      and not exists (select from unnest(${faults.map(({ rule }) => rule.rule.id)}::uuid[], ${faults.map(({ recordId }) => recordId)}::uuid[]) as b(rule_id, record_id)
        where b.rule_id = f.rule_id and b.record_id = f.record_id)
    returning 1`);
  return rows.length;
}

/** The same for rules about all records together. */
export async function closeWhole(work: JudgeWork, rules: readonly CompiledRule[], faults: readonly Fault[]): Promise<number> {
  const good = rules.filter((rule) => !faults.some((fault) => fault.rule === rule)).map(({ rule }) => rule.id);
  if (good.length === 0) return 0;
  const rows = await work.rows(sql`update quality.findings f set status = 'fixed', fixed_at = ${work.now}
    where f.tenant_id = ${work.tenantId} and f.status <> 'fixed' and f.record_id is null and f.rule_id = any(${good}::uuid[]) returning 1`);
  return rows.length;
}
