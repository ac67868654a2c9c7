import type { Work } from '#kernel/usecase/work.js';
import type { BusinessCalendar as Calendar } from '../domain/business-calendar.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { BusinessInterval } from './business-interval.resource.js';
import { CalendarException } from './calendar-exception.resource.js';

/** A calendar with all its hours, as the clocks read it. Calendars are settings: no right of the actor is asked. */
export async function loadCalendar(work: Work, calendarId: string): Promise<Calendar> {
  const { zone } = await work.system.repo(BusinessCalendar).get(calendarId);
  const intervals = await work.system.repo(BusinessInterval).list({ calendarId });
  const exceptions = await work.system.repo(CalendarException).list({ calendarId });
  return {
    zone,
    weekly: intervals.map(({ weekday, opensAt, closesAt, validFrom, validUntil }) => ({
      weekday,
      start: opensAt,
      end: closesAt,
      validFrom,
      validUntil,
    })),
    exceptions: exceptions.map(({ day, hours, cutsOvernight }) => ({ date: day, hours, cutsOvernight })),
  };
}
