import { recordEvent } from '#kernel/usecase/define-event.js';
import { defineSubscriber } from '#kernel/usecase/define-job.js';
import { BusinessCalendar } from '../calendar/business-calendar.resource.js';
import { recountCalendar } from '../jobs/recount-cases.job.js';

export const onCalendarZoneChanged = defineSubscriber({
  name: 'service.recount_after_zone_change',
  description: 'A calendar that moves to another time zone moves the due times of the clocks that count it.',
  on: [recordEvent(BusinessCalendar, 'updated')],

  quiet: true,
  async run({ subject, payload }, work) {
    const { changed } = payload as { changed?: unknown };
    if (subject && Array.isArray(changed) && changed.includes('zone')) await recountCalendar(work, subject.id);
  },
});
