import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, date, json, ref, text } from '#kernel/resource/fields.js';
import type { Hours } from '../domain/business-calendar.js';

export const CalendarException = defineResource('calendar_exception', {
  description: 'A day that differs from the week: a holiday or a half day. Written by `business_calendar.set_exception`.',
  table: 'service.calendar_exceptions',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    calendarId: ref('business_calendar', { required: true, writer: 'system', inverse: 'exceptions', onDelete: 'cascade' }),
    day: date({ required: true, writer: 'system' }),
    name: text(120, { required: true, writer: 'system', description: 'What the day is called: `Good Friday`.' }),
    hours: json<readonly Hours[], { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'Opening hours of that day, `[{start, end}]`; none is closed.',
    }),
    cutsOvernight: boolean({
      required: true,
      default: false,
      writer: 'system',
      description: 'Hours that began the evening before end at midnight.',
    }),
  },
  unique: [{ fields: ['calendarId', 'day'], code: 'day_taken' }],
});
export type CalendarException = Row<typeof CalendarException>;
