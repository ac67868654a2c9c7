import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { instantOf, localIn } from '#kernel/pure/time.js';
import { boolean, choice, integer, ref, text } from '#kernel/resource/fields.js';
import { isZone } from '#kernel/resource/validators.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { Activity } from './activity.resource.js';

/** How many one call moves. */
const most = 1_000;

export const movePlans = defineCommand({
  name: 'activity.move_plans',
  summary: 'Move what somebody has planned from one time zone to another, as when he travels.',
  description:
    'What has begun or is done stays, and so does what is planned in other zones. Each activity has its entry in the audit and its event, as if it had been moved by hand; `from` and `to` the other way round move back what kept its instant. At most 1,000 at a time: `remaining` says how many are left for the next call.',
  graphql: 'movePlans',
  rest: { path: '/activities/move-plans' },
  input: {
    userId: ref('user', { description: 'Whose plans; your own when left out.' }),
    from: text(64, { required: true, description: 'The IANA time zone they stand in: `Europe/Berlin`.' }),
    to: text(64, { required: true, description: 'The one they shall stand in.' }),
    keeps: choice(['time_of_day', 'instant'], {
      required: true,
      description:
        '`time_of_day`: nine o’clock there becomes nine o’clock here. `instant`: it begins when it would have, and the clock shows another time.',
    }),
    dryRun: boolean({ description: 'Only says how many there are.' }),
  },
  output: {
    plans: integer({ required: true, description: 'How many there were.' }),
    moved: integer({ required: true, description: 'How many were moved.' }),
    remaining: integer({ required: true, description: 'How many are left.' }),
  },
  errors: { 'activity.zone_unknown': 'This is no IANA time zone; `zone` says which.' },

  async run({ userId, from, to, keeps, dryRun }, work) {
    for (const zone of [from, to])
      if (!isZone(zone))
        throw invalid('activity.zone_unknown', `"${String(zone).slice(0, 64)}" is no IANA time zone such as Europe/Berlin.`, { zone });
    const owner = userId ?? work.actor.userId;
    const plans = owner && from !== to ? await plansIn(work, owner, from) : [];
    if (dryRun) return { plans: plans.length, moved: 0, remaining: plans.length };
    const now = plans.slice(0, most);
    const changes = now.flatMap(({ id, start }) => (start ? [{ id, patch: { start: moved(start, to, keeps) } }] : []));
    if (changes.length > 0) await work.repo(Activity).updateMany(changes);
    return { plans: plans.length, moved: changes.length, remaining: plans.length - changes.length };
  },
});

/** Those in reach, in the order in which they begin; nobody else writes them meanwhile. */
async function plansIn(work: Work, ownerId: string, zone: string): Promise<Activity[]> {
  const found = await work.rows<{
    id: string;
  }>(sql`select id from customers.activities where tenant_id = ${work.tenantId} and owner_id = ${ownerId}
    and start_zone = ${zone} and start_at > ${work.now} and done_at is null order by start_at, id`);
  const byId = new Map<string, Activity>();
  for (let i = 0; i < found.length; i += most) {
    const id = found.slice(i, i + most).map((row) => row.id);
    for (const row of await work.repo(Activity).list({ id }, { lock: 'wait' })) byId.set(row.id, row);
  }
  return found.flatMap(({ id }) => byId.get(id) ?? []);
}

type Plan = NonNullable<Activity['start']>;

const moved = ({ local, zone }: Plan, to: string, keeps: 'time_of_day' | 'instant'): Plan => ({
  local: keeps === 'instant' ? localIn(to, instantOf(local, zone).at) : local,
  zone: to,
});
