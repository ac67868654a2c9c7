import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, json, ref } from '#kernel/resource/fields.js';
import { PRIORITIES } from '../domain/case-states.js';
import { METRICS } from '../domain/service-level-match.js';

export const ServiceLevelTarget = defineResource('service_level_target', {
  description: 'How long one metric may take at one priority.',
  table: 'service.service_level_targets',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    versionId: ref('service_level_version', { required: true, writer: 'system', inverse: 'targets', onDelete: 'cascade' }),
    metric: choice(METRICS, { required: true, writer: 'system' }),
    priority: choice(PRIORITIES, { required: true, writer: 'system' }),
    minutes: integer({ required: true, writer: 'system', min: 1, description: 'Minutes on the clock of the target.' }),
    clock: choice(['business', 'wall'], {
      required: true,
      writer: 'system',
      description: '`business` counts the hours of the calendar, `wall` all time.',
    }),
    pausesIn: json<readonly string[], { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'States of a case in which the clock stands still, besides those in which the work is over.',
    }),
    onReopen: choice(['continue', 'restart'], {
      required: true,
      writer: 'system',
      description: 'Whether a reopened case goes on with the time left or gets the whole target again.',
    }),
  },
  unique: [{ fields: ['versionId', 'metric', 'priority'], code: 'taken' }],
});
export type ServiceLevelTarget = Row<typeof ServiceLevelTarget>;
