import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Work } from '#kernel/usecase/work.js';

export const circleErrors = { 'user.manager_circle': 'The manager reports, directly or not, to this user.' };

/** One change of who reports to whom at a time: two that cross each other could close a circle. */
export const oneLineAtATime = (work: Work) =>
  work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`identity.lines ${work.tenantId}`}, 0))`);

interface Line {
  readonly userId: string;
  readonly managerId: string;
  readonly from: Date;
  readonly until: Date | null;
}

/** Refuses a line that would close a circle with lines valid at any moment of its own span. */
export async function refuseCircle(work: Work, { userId, managerId, from, until }: Line): Promise<void> {
  const above = await work.rows<{ id: string }>(sql`with recursive line (user_id, manager_id) as (
      select l.user_id, l.manager_id from identity.reporting_lines l where l.tenant_id = ${work.tenantId}
        and (l.valid_until is null or l.valid_until > ${from}) and (${until}::timestamptz is null or l.valid_from < ${until}::timestamptz)
      union all select x.id, x.manager_id from identity.users x where x.tenant_id = ${work.tenantId} and x.manager_id is not null),
    above (id) as (select ${managerId}::uuid union select line.manager_id from line join above a on line.user_id = a.id)
    select id from above`);
  if (above.some((row) => row.id === userId)) {
    throw invalid('user.manager_circle', 'The manager reports, directly or not, to this user.', {
      errors: [{ path: '/managerId', code: 'circle', message: 'reports to this user' }],
    });
  }
}
