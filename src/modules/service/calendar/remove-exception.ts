import { boolean, date, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { recountCalendar } from '../jobs/recount-cases.job.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { CalendarException } from './calendar-exception.resource.js';

export const removeException = defineCommand({
  name: 'business_calendar.remove_exception',
  summary: 'Let a day follow the week again. Repeating it changes nothing.',
  graphql: 'removeCalendarException',
  input: { businessCalendarId: ref('business_calendar', { required: true }), day: date({ required: true }) },
  output: { removed: boolean({ required: true, description: 'Whether there was an exception.' }) },

  async run({ businessCalendarId: calendarId, day }, work) {
    await work.repo(BusinessCalendar).lock(calendarId);
    const known = await work.system.repo(CalendarException).first({ calendarId, day });
    if (!known) return { removed: false };
    await work.system.repo(CalendarException).delete(known.id);
    await recountCalendar(work, calendarId);
    return { removed: true };
  },
});
