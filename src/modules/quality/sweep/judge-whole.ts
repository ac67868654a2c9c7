import { sql, trusted } from '#kernel/db/sql.js';
import { kindCondition } from '#kernel/resource/columns.js';
import type { Work } from '#kernel/usecase/work.js';
import { stabilityIndex } from '../domain/psi.js';
import type { Fault } from '../finding/find-faults.js';
import { closeWhole, openFindings, type Kept } from '../finding/keep-findings.js';
import type { CompiledRule } from '../rule/compiled-rule.js';

const dayMs = 86_400_000;
/** Below this a difference says nothing. */
const leastRecords = 50;

/** Rules about all records together: has what is written in a field changed lately? */
export async function judgeWhole(work: Work, rules: readonly CompiledRule[]): Promise<Kept> {
  const looked = rules.filter(({ whole }) => whole);
  const faults: Fault[] = [];
  for (const rule of looked) {
    const index = await driftOf(work, rule);
    if (index > (rule.rule.settings.limit ?? 0.2))
      faults.push({ rule, recordId: null, detail: { index: Math.round(index * 1000) / 1000 } });
  }
  return { opened: await openFindings(work, faults), fixed: await closeWhole(work, looked, faults) };
}

async function driftOf(work: Work, { rule, resource, value, applies }: CompiledRule): Promise<number> {
  if (!value) return 0;
  const since = new Date(work.now.getTime() - (rule.settings.days ?? 30) * dayMs);
  const rows = await work.rows<{ before: number; after: number }>(sql`select
      count(*) filter (where t.created_at < ${since})::integer as before, count(*) filter (where t.created_at >= ${since})::integer as after
    from ${trusted(resource.table)} t where t.tenant_id = ${work.tenantId}${trusted(kindCondition(resource, 't'))} and ${applies}
    group by ${value}::text order by 1 desc limit 200`);
  const [before, after] = [rows.map((row) => row.before), rows.map((row) => row.after)];
  return sum(before) < leastRecords || sum(after) < leastRecords ? 0 : stabilityIndex(before, after);
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
