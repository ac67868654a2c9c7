import { conflict } from '#kernel/errors/domain-error.js';
import { instant, integer, ref } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { nextWorkingSlot } from '../domain/business-calendar.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { loadCalendar } from './load-calendar.js';

const noSlot = 'The calendar is never open that long without a break in the next 4,000 days.';

export const nextSlot = defineQuery({
  name: 'business_calendar.next_slot',
  summary: 'The next stretch of open time that is long enough.',
  graphql: 'nextWorkingSlot',
  rest: { method: 'GET', path: '/business-calendars/{businessCalendarId}/next-slot' },
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    from: instant({ required: true, description: 'Not before this.' }),
    minutes: integer({ min: 0, max: 10_080, default: 0, description: 'How long it has to be without a break; a week at most.' }),
  },
  output: {
    start: instant({ required: true, description: 'Where it begins: `from` itself where it is open.' }),
    end: instant({ required: true, description: 'Where it ends, or goes on for more than a week.' }),
  },
  errors: { 'business_calendar.no_slot': noSlot },

  async run({ businessCalendarId, from, minutes }, work) {
    const { id } = await work.repo(BusinessCalendar).get(businessCalendarId);
    const slot = nextWorkingSlot(await loadCalendar(work, id), from, (minutes ?? 0) * 60);
    if (slot === null) throw conflict('business_calendar.no_slot', noSlot);
    return { start: slot.from, end: slot.to };
  },
});
