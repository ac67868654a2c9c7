import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';

/** Number and sum of deals in one status and currency, at the source and among the facts. */
export interface ControlSum {
  readonly status: string;
  readonly currency: string | null;
  readonly sourceCount: number;
  readonly factCount: number;
  readonly sourceSum: string;
  readonly factSum: string;
}

/** Where facts and deals disagree; empty when they agree to the cent. */
export function differingSums(work: Work): Promise<ControlSum[]> {
  return work.rows<ControlSum>(sql`
    select status, currency, source_count as "sourceCount", fact_count as "factCount", source_sum as "sourceSum", fact_sum as "factSum"
    from (
      select status, currency,
        (count(*) filter (where source))::int as source_count,
        (count(*) filter (where not source))::int as fact_count,
        coalesce(sum(amount) filter (where source), 0)::text as source_sum,
        coalesce(sum(amount) filter (where not source), 0)::text as fact_sum
      from (
        select true as source, status, currency, amount::numeric(19,4) from sales_pub.opportunity_facts where tenant_id = ${work.tenantId}
        union all
        select false, status, currency, amount from analytics.opportunity_facts where tenant_id = ${work.tenantId}
      ) both_sides
      group by status, currency
    ) sums
    where source_count <> fact_count or source_sum::numeric <> fact_sum::numeric
    order by status, currency`);
}
