import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { date, integer, ref, text } from '#kernel/resource/fields.js';

export const BusinessInterval = defineResource('business_interval', {
  description: 'One stretch of weekly opening hours. Written by `business_calendar.set_hours`.',
  table: 'service.business_intervals',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    calendarId: ref('business_calendar', { required: true, writer: 'system', inverse: 'hours', onDelete: 'cascade' }),
    weekday: integer({ required: true, writer: 'system', min: 1, max: 7, description: '1 is Monday, 7 is Sunday.' }),
    opensAt: text(5, { required: true, writer: 'system', description: 'Local time, `HH:mm`.' }),
    closesAt: text(5, {
      required: true,
      writer: 'system',
      description: 'Local time; at or before `opensAt` it is the next day, `00:00` to `00:00` is the whole day.',
    }),
    validFrom: date({ writer: 'system', description: 'First day these hours hold; empty is always.' }),
    validUntil: date({ writer: 'system', description: 'First day they hold no more; empty is never.' }),
  },
});
export type BusinessInterval = Row<typeof BusinessInterval>;
