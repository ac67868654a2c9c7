import { invalid } from '#kernel/errors/domain-error.js';
import { choice, integer, ref } from '#kernel/resource/fields.js';
import { spoken } from '#kernel/text/language.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { holidayRegions, publicHolidays } from '../domain/public-holidays.js';
import { recountCalendar } from '../jobs/recount-cases.job.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { CalendarException } from './calendar-exception.resource.js';

const yearsUnfit = 'The years end before they begin, or are more than ten.';

export const addHolidays = defineCommand({
  name: 'business_calendar.add_holidays',
  summary: 'Close a calendar on the public holidays of a region.',
  description:
    'By the law as it is since 2024; days that are kept in parts of a state only are left to you. Days that differ from the week already stay as they are. Repeating it changes nothing.',
  graphql: 'addHolidays',
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    region: choice(holidayRegions, { required: true, description: 'A country, or a state of Germany (ISO 3166).' }),
    fromYear: integer({ required: true, min: 2024, max: 2099 }),
    toYear: integer({ min: 2024, max: 2099, description: 'Last year; one year only when left out.' }),
    language: choice(['de', 'en'], { description: 'What the days are called in; your language when left out.' }),
  },
  output: {
    added: integer({ required: true, description: 'Days that are closed now.' }),
    kept: integer({ required: true, description: 'Holidays that differed from the week already, and stay as they were.' }),
  },
  errors: { 'business_calendar.years_unfit': yearsUnfit },

  async run({ businessCalendarId: calendarId, region, fromYear, toYear, language }, work) {
    const last = toYear ?? fromYear;
    if (last < fromYear || last - fromYear >= 10) throw invalid('business_calendar.years_unfit', yearsUnfit);
    await work.repo(BusinessCalendar).lock(calendarId);
    const exceptions = work.system.repo(CalendarException);
    const known = new Set((await exceptions.list({ calendarId })).map(({ day }) => day));
    const years = Array.from({ length: last - fromYear + 1 }, (_, i) => fromYear + i);
    const holidays = years.flatMap((year) => publicHolidays(region, year));
    const called = language ?? spoken(work.actor.language) ?? 'en';
    const added = holidays.filter(({ day }) => !known.has(day));
    await exceptions.createMany(added.map(({ day, name }) => ({ calendarId, day, name: name[called], hours: [], cutsOvernight: false })));
    if (added.length > 0) await recountCalendar(work, calendarId);
    return { added: added.length, kept: holidays.length - added.length };
  },
});
