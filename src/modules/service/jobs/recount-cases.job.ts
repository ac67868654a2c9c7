import { sql } from '#kernel/db/sql.js';
import { boolean, ref, text } from '#kernel/resource/fields.js';
import { nilId } from '#kernel/resource/ids.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { Work } from '#kernel/usecase/work.js';
import { Case } from '../case/case.resource.js';
import { CalendarChanged } from '../events.js';
import { attachTimers } from '../sla/attach-timers.js';
import { keepTime } from './escalate.job.js';

/** Few enough that a case is not held for long. */
const CHUNK = 25;

export const recountCases = defineJob({
  name: 'service.recount_cases',
  description: 'Works out the clocks of open cases again after a calendar or a service level has changed, some cases at a time.',
  payload: {
    run: text(100, { required: true, description: 'Names the change, so that each change is worked through once.' }),
    calendarId: ref('business_calendar', { description: 'Only cases with a clock on this calendar.' }),
    reattach: boolean({ required: true, description: 'Match each case with the agreements now in force.' }),
    afterId: ref('case', { description: 'The last case that is done.' }),
  },

  async run({ run, calendarId, reattach, afterId }, work) {
    const ids = await nextCases(work, calendarId ?? null, afterId ?? nilId);
    for (const id of ids) {
      const kase = await work.repo(Case).lock(id);
      if (reattach) await attachTimers(work, kase, { newest: true });
      await keepTime(work, id);
    }
    const last = ids.at(-1);
    if (last === undefined || ids.length < CHUNK) return;
    await work.schedule(recountCases, { key: `${run}:${last}`, payload: { run, calendarId, reattach, afterId: last } });
  },
});

/** After hours or holidays have changed: due times of running clocks follow, breaches stay. */
export async function recountCalendar(work: Work, calendarId: string): Promise<void> {
  const run = await work.emit(CalendarChanged, { calendarId }, { resource: 'business_calendar', id: calendarId });
  await work.schedule(recountCases, { key: run, payload: { run, calendarId, reattach: false } });
}

/** After an agreement came into force or went; `run` is the id of the event that tells of it. */
export async function rematchOpenCases(work: Work, run: string): Promise<void> {
  await work.schedule(recountCases, { key: run, payload: { run, reattach: true } });
}

async function nextCases(work: Work, calendarId: string | null, afterId: string): Promise<string[]> {
  const onCalendar =
    calendarId === null
      ? sql`true`
      : sql`exists (
    select 1 from service.case_timers t where t.tenant_id = c.tenant_id and t.case_id = c.id and t.calendar_id = ${calendarId}
      and t.state in ('running', 'paused', 'breached_running', 'breached_paused'))`;
  const rows = await work.rows<{ id: string }>(sql`
    select c.id from service.cases c
    where c.tenant_id = ${work.tenantId} and c.id > ${afterId} and c.status not in ('closed', 'merged', 'cancelled') and ${onCalendar}
    order by c.id limit ${CHUNK}`);
  return rows.map((row) => row.id);
}
