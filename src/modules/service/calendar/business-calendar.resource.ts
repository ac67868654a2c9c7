import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { text } from '#kernel/resource/fields.js';
import { isTimeZone } from '../domain/business-calendar.js';

export const BusinessCalendar = defineResource('business_calendar', {
  description: 'When a part of the company is open: weekly hours and exceptions in one time zone.',
  table: 'service.business_calendars',
  scope: everyone,
  fields: {
    name: text(120, { required: true, unique: true, search: true }),
    zone: text(64, { required: true, description: 'IANA time zone all hours are read in, e.g. `Europe/Berlin`.' }),
  },
  invariants: [
    {
      code: 'business_calendar.unknown_zone',
      message: 'The zone is no IANA time zone such as Europe/Berlin.',
      holds: ({ zone }) => isTimeZone(zone),
    },
  ],
});
export type BusinessCalendar = Row<typeof BusinessCalendar>;
