import { sql } from '#kernel/db/sql.js';
import { instantOf } from '#kernel/pure/time.js';
import { nilId } from '#kernel/resource/ids.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';

interface Planned {
  readonly id: string;
  readonly local: string;
  readonly zone: string;
}
const portion = 1000;

export const keepPlans = defineJob({
  name: 'customers.keep_plans',
  description:
    'Works out anew at which instant planned activities begin, once the rules of time zones have changed. What has begun keeps the instant it had.',
  payload: {},
  everyMinutes: 1440,

  async run(_payload, work) {
    const rules = process.versions['tz'] ?? 'unknown';
    const [tenant] = await work.rows<{ rules: string | null }>(
      sql`select zone_rules as rules from kernel.tenants where id = ${work.tenantId} for no key update`,
    );
    if (tenant?.rules === rules) return;
    let after = nilId;
    for (let plans = await plansAfter(work, after); plans.length > 0; plans = await plansAfter(work, after)) {
      await keep(work, plans);
      after = plans.at(-1)?.id ?? after;
    }
    await work.rows(sql`update kernel.tenants set zone_rules = ${rules} where id = ${work.tenantId}`);
  },
});

const plansAfter = (work: Work, after: string) =>
  work.rows<Planned>(sql`select id, start_local::text as local, start_zone as zone from customers.activities
    where tenant_id = ${work.tenantId} and id > ${after} and start_local is not null and (start_at is null or start_at > ${work.now})
    order by id limit ${portion}`);

/** An activity that moves is another version of itself; one whose instant was not known yet is not. */
async function keep(work: Work, plans: readonly Planned[]): Promise<void> {
  const resolved = plans.map(({ local, zone }) => instantOf(local, zone));
  await work.rows(sql`update customers.activities a
    set start_at = n.at, start_is_shifted = n.is_shifted, version = a.version + (a.start_at is not null)::integer
    from unnest(${plans.map(({ id }) => id)}::uuid[], ${resolved.map(({ at }) => at.toISOString())}::timestamptz[],
      ${resolved.map(({ isShifted }) => isShifted)}::boolean[]) n (id, at, is_shifted)
    where a.tenant_id = ${work.tenantId} and a.id = n.id and (a.start_at, a.start_is_shifted) is distinct from (n.at, n.is_shifted)`);
}
