import { sql } from '#kernel/db/sql.js';
import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { CalendarAssignment } from './calendar-assignment.resource.js';

export const assignCalendar = defineCommand({
  name: 'business_calendar.assign',
  summary: 'Say that a user, a team or the whole company works by a calendar. It takes the place of the one before.',
  graphql: 'assignCalendar',
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    userId: ref('user', { description: 'Who works by it.' }),
    teamId: ref('team', { description: 'The team that does, and all below it. Neither user nor team: the company.' }),
  },
  output: { calendarAssignmentId: ref('calendar_assignment', { required: true }) },
  errors: { 'business_calendar.assigned_to_two': 'A calendar is assigned to a user or to a team, not to both at once.' },

  async run({ businessCalendarId: calendarId, userId = null, teamId = null }, work) {
    await work.repo(BusinessCalendar).lock(calendarId);
    // Two at once for the same user: the second finds what the first has written.
    await work.rows(sql`select pg_advisory_xact_lock(hashtextextended(${`calendar assignment ${work.tenantId}`}, 0))`);
    const assignments = work.system.repo(CalendarAssignment);
    const known = await assignments.first({ userId, teamId });
    const { id } = known ? await assignments.update(known.id, { calendarId }) : await assignments.create({ calendarId, userId, teamId });
    return { calendarAssignmentId: id };
  },
});
