import { invalid } from '#kernel/errors/domain-error.js';
import { date, integer, list, object, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { recountCalendar } from '../jobs/recount-cases.job.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { BusinessInterval } from './business-interval.resource.js';
import { checkHours, hoursErrors, weekHours } from './hours-input.js';

export const setHours = defineCommand({
  name: 'business_calendar.set_hours',
  summary: 'Replace the weekly hours of a calendar, from a day on or altogether.',
  graphql: 'setBusinessHours',
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    hours: list(object(weekHours, { name: 'WeeklyHours' }), {
      required: true,
      max: 200,
      description: 'Any number a day; touching and overlapping ones count once.',
    }),
    validFrom: date({ description: 'First day of the new hours; the days before keep theirs. All days when left out, past ones too.' }),
  },
  output: { businessCalendarId: ref('business_calendar', { required: true }), intervals: integer({ required: true }) },
  errors: { ...hoursErrors, 'business_calendar.no_hours': 'A week without any hours would never let a clock run out.' },

  async run({ businessCalendarId: calendarId, hours, validFrom = null }, work) {
    if (hours.length === 0) throw invalid('business_calendar.no_hours', 'A calendar is open at least once a week.');
    checkHours('hours', hours);
    await work.repo(BusinessCalendar).lock(calendarId);

    const intervals = work.system.repo(BusinessInterval);
    for (const interval of await intervals.list({ calendarId })) {
      if (validFrom === null || (interval.validFrom !== null && interval.validFrom >= validFrom)) await intervals.delete(interval.id);
      else if (interval.validUntil === null || interval.validUntil > validFrom)
        await intervals.update(interval.id, { validUntil: validFrom });
    }
    await intervals.createMany(hours.map(({ weekday, start, end }) => ({ calendarId, weekday, opensAt: start, closesAt: end, validFrom })));
    await recountCalendar(work, calendarId);
    return { businessCalendarId: calendarId, intervals: hours.length };
  },
});
