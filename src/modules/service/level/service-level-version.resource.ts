import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { instant, integer, ref } from '#kernel/resource/fields.js';

export const ServiceLevelVersion = defineResource('service_level_version', {
  description: 'One published state of a service level. Never changes: running clocks go on under the version they have.',
  table: 'service.service_level_versions',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    serviceLevelId: ref('service_level', { required: true, writer: 'system', inverse: 'versions', onDelete: 'cascade' }),
    number: integer({ required: true, writer: 'system', description: 'Counts from 1.' }),
    calendarId: ref('business_calendar', { required: true, writer: 'system' }),
    graceMinutes: integer({
      required: true,
      writer: 'system',
      description: 'Counted minutes left at least when a tightened target is already missed.',
    }),
    publishedAt: instant({ required: true, writer: 'system' }),
  },
  unique: [{ fields: ['serviceLevelId', 'number'], code: 'number_taken' }],
});
export type ServiceLevelVersion = Row<typeof ServiceLevelVersion>;
