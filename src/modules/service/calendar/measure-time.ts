import { invalid } from '#kernel/errors/domain-error.js';
import { decimal, instant, ref } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { workingBetween } from '../domain/business-calendar.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { loadCalendar } from './load-calendar.js';

const longestMs = 4000 * 86_400_000;
const tooLong = 'At most 4,000 days are measured at once.';

export const measureTime = defineQuery({
  name: 'business_calendar.measure',
  summary: 'How much open time lies between two instants.',
  graphql: 'businessDuration',
  rest: { method: 'GET', path: '/business-calendars/{businessCalendarId}/measure' },
  input: {
    businessCalendarId: ref('business_calendar', { required: true }),
    from: instant({ required: true }),
    to: instant({ required: true }),
  },
  output: { minutes: decimal(3, { required: true, description: 'Open minutes that pass; none when `to` is not after `from`.' }) },
  errors: { 'business_calendar.too_long': tooLong },

  async run({ businessCalendarId, from, to }, work) {
    if (to.getTime() - from.getTime() > longestMs) throw invalid('business_calendar.too_long', tooLong);
    const { id } = await work.repo(BusinessCalendar).get(businessCalendarId);
    return { minutes: (workingBetween(await loadCalendar(work, id), from, to) / 60).toFixed(3) };
  },
});
