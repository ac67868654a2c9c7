import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import type { RuleResult } from './quality-sweep.resource.js';

/** How each rule in use came out: kept with the sweep, so that sweeps tell how quality has changed. */
export async function resultsOf(work: Work, records: Readonly<Record<string, number>>): Promise<RuleResult[]> {
  const counts = await work.rows<Omit<RuleResult, 'records'>>(sql`select r.id as "ruleId", r.key as rule, r.resource, r.weight,
      count(f.id) filter (where f.status = 'open')::integer as faulty, count(f.id) filter (where f.status = 'accepted')::integer as accepted
    from quality.quality_rules r left join quality.findings f on f.tenant_id = r.tenant_id and f.rule_id = r.id and f.status <> 'fixed'
    where r.tenant_id = ${work.tenantId} and r.is_active group by r.id, r.key, r.resource, r.weight order by r.key`);
  return counts
    .filter(({ resource }) => Object.hasOwn(records, resource))
    .map((count) => ({ ...count, records: records[count.resource] ?? 0 }));
}
