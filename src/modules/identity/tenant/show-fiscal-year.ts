import { calendarYear, fiscalPlace, fiscalYear, weekPatterns } from '#kernel/pure/fiscal.js';
import { dayIn } from '#kernel/pure/time.js';
import { choice, date, integer, list, object } from '#kernel/resource/fields.js';
import { isZone } from '#kernel/resource/validators.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { loadFiscalCalendar } from './fiscal-calendar.js';

const from = date({ required: true, description: 'First day.' });
const to = date({ required: true, description: 'First day after it.' });
const span = object({ from, to }, { name: 'FiscalSpan', required: true });

export const showFiscalYear = defineQuery({
  name: 'fiscal_calendar.show_year',
  summary: 'How the company divides its years, and one of them with its quarters and periods.',
  graphql: 'fiscalYear',
  access: 'member',
  rest: { method: 'GET', path: '/fiscal-calendar' },
  input: {
    day: date({ description: 'The year this day lies in; today where you are, when neither day nor year is named.' }),
    year: integer({ min: 1970, max: 2999, description: 'The fiscal year by its name; without it, that of the day.' }),
  },
  output: {
    kind: choice(['months', 'weeks'], { required: true, description: 'What its years are made of.' }),
    firstMonth: integer({ description: 'Of a year of months.' }),
    pattern: choice(weekPatterns, { description: 'Weeks of the three periods of a quarter.' }),
    lastMonth: integer({ description: 'Month a year of weeks ends in.' }),
    lastWeekday: integer({ description: 'Day of the week a year of weeks ends on, 1 is Monday.' }),
    ends: choice(['last', 'nearest'], { description: 'Which such day it ends on: the last of the month, or the nearest to its end.' }),
    year: integer({ required: true, description: 'What the year is called.' }),
    from,
    to,
    quarter: integer({ description: 'The quarter the day lies in, 1 to 4; empty where a year was asked for.' }),
    period: integer({ description: 'The period the day lies in, 1 to 12; empty where a year was asked for.' }),
    quarters: list(span, { required: true }),
    periods: list(span, { required: true, description: 'Twelve; a 53rd week belongs to the last.' }),
  },

  async run({ day, year: named }, work) {
    const calendar = (await loadFiscalCalendar(work)) ?? calendarYear;
    const { timeZone } = work.actor;
    const place = fiscalPlace(calendar, day ?? dayIn(isZone(timeZone) ? timeZone : 'UTC', work.now));
    const { quarters, periods, ...whole } = fiscalYear(calendar, named ?? place.year);
    const isNamed = named !== null && named !== undefined;
    return {
      ...calendar,
      ...whole,
      quarter: isNamed ? null : place.quarter,
      period: isNamed ? null : place.period,
      quarters: [...quarters],
      periods: [...periods],
    };
  },
});
