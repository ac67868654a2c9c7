import { sql, trusted } from '#kernel/db/sql.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Learned } from '../domain/learned.js';
import type { CompiledRule } from '../rule/compiled-rule.js';
import { QualityRule } from '../rule/quality-rule.resource.js';

const mostValues = 500;
const mostGroups = 2000;

/** Learns what is usual, for rules that compare with it. It stands with the rule until the next sweep, so entry can compare too. */
export async function learn(work: Work, rules: readonly CompiledRule[]): Promise<void> {
  for (const rule of rules) {
    const learned =
      rule.rule.kind === 'misspelt' ? await countsOf(work, rule) : rule.outlier ? await groupsOf(work, rule, rule.outlier) : null;
    if (learned) await work.repo(QualityRule).update(rule.rule.id, { learned });
  }
}

const rowsFrom = ({ resource, applies }: CompiledRule, work: Work) =>
  sql`${trusted(resource.table)} t where t.tenant_id = ${work.tenantId}${trusted(kindCondition(resource, 't'))} and ${applies}`;

async function countsOf(work: Work, rule: CompiledRule): Promise<Learned | null> {
  const { value } = rule;
  if (!value) return null;
  const rows = await work.rows<{ value: string; count: number }>(sql`select ${value}::text as value, count(*)::integer as count
    from ${rowsFrom(rule, work)} and ${value} is not null group by 1 order by 2 desc, 1 limit ${mostValues}`);
  return { counts: rows.map(({ value: one, count }) => [one.slice(0, 200), count] as const) };
}

/** Median and median absolute deviation of each group with enough in it to speak of what is usual. */
async function groupsOf(work: Work, rule: CompiledRule, { value, group }: NonNullable<CompiledRule['outlier']>): Promise<Learned> {
  const groups = await work.rows<{ key: string; median: string; mad: string }>(sql`
    with v as (select ${group} as key, ${value} as value from ${rowsFrom(rule, work)} and ${value} is not null),
    m as (select key, percentile_cont(0.5) within group (order by value)::numeric as median from v group by key having count(*) >= 10)
    select m.key, m.median::text as median, percentile_cont(0.5) within group (order by abs(v.value - m.median))::numeric::text as mad
    from m join v on v.key = m.key group by m.key, m.median order by m.key limit ${mostGroups}`);
  return { groups };
}
