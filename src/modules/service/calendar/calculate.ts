import { conflict } from '#kernel/errors/domain-error.js';
import { instant, integer, ref } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { addWorking } from '../domain/business-calendar.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { loadCalendar } from './load-calendar.js';

export const calculate = defineQuery({
  name: 'business_calendar.calculate',
  summary: 'When a number of open minutes will have passed.',
  graphql: 'calculateBusinessTime',
  rest: { method: 'GET', path: '/business-calendars/{businessCalendarId}/calculate' },
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    from: instant({ required: true }),
    minutes: integer({ required: true, min: 0, max: 1_000_000 }),
  },
  output: { at: instant({ required: true }) },
  errors: { 'business_calendar.exhausted': 'The calendar does not hold that many open minutes in the next 4,000 days.' },

  async run({ businessCalendarId, from, minutes }, work) {
    const { id } = await work.repo(BusinessCalendar).get(businessCalendarId);
    const at = addWorking(await loadCalendar(work, id), from, minutes * 60);
    if (at === null)
      throw conflict('business_calendar.exhausted', 'The calendar does not hold that many open minutes in the next 4,000 days.');
    return { at };
  },
});
