import { boolean, date, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { recountCalendar } from '../jobs/recount-cases.job.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { CalendarException } from './calendar-exception.resource.js';
import { checkHours, dayHours, hoursErrors } from './hours-input.js';

export const setException = defineCommand({
  name: 'business_calendar.set_exception',
  summary: 'Say how one day differs from the week: closed, or open at other hours.',
  graphql: 'setCalendarException',
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    day: date({ required: true }),
    name: text(120, { required: true, description: 'What the day is called: `Good Friday`.' }),
    hours: list(object(dayHours, { name: 'DayHours' }), { max: 20, description: 'Hours of that day; closed when left out or empty.' }),
    cutsOvernight: boolean({ default: false, description: 'Hours that began the evening before end at midnight.' }),
  },
  output: { calendarExceptionId: ref('calendar_exception', { required: true }) },
  errors: hoursErrors,

  async run({ businessCalendarId: calendarId, day, name, hours, cutsOvernight }, work) {
    checkHours('hours', hours ?? []);
    await work.repo(BusinessCalendar).lock(calendarId);
    const exceptions = work.system.repo(CalendarException);
    const known = await exceptions.first({ calendarId, day });
    const values = { name, hours: hours ?? [], cutsOvernight: cutsOvernight ?? false };
    const { id } = known ? await exceptions.update(known.id, values) : await exceptions.create({ calendarId, day, ...values });
    await recountCalendar(work, calendarId);
    return { calendarExceptionId: id };
  },
});
