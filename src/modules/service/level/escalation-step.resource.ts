import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, json, ref } from '#kernel/resource/fields.js';
import type { EscalationAction } from '../domain/escalation-actions.js';
import { METRICS } from '../domain/service-level-match.js';

export const EscalationStep = defineResource('escalation_step', {
  description: 'One rung of the ladder a clock climbs: when it is reached, and what happens then.',
  table: 'service.escalation_steps',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    versionId: ref('service_level_version', { required: true, writer: 'system', inverse: 'steps', onDelete: 'cascade' }),
    metric: choice(METRICS, { required: true, writer: 'system' }),
    level: integer({ required: true, writer: 'system', min: 1, description: 'Rises along the ladder.' }),
    percent: integer({ writer: 'system', min: 1, description: 'Reached when this share of the target is used up.' }),
    offsetMinutes: integer({
      writer: 'system',
      description: 'Reached so many counted minutes after the due time; negative is before it, 0 is the breach.',
    }),
    repeatEveryMinutes: integer({ writer: 'system', min: 1, description: 'Comes again after so many counted minutes.' }),
    repeatMax: integer({ required: true, default: 0, writer: 'system', min: 0, description: 'How often it comes again.' }),
    actions: json<readonly EscalationAction[], { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'What happens, in order: `notify`, `reassign`, `raise_priority`.',
    }),
  },
  unique: [{ fields: ['versionId', 'metric', 'level'], code: 'level_taken' }],
});
export type EscalationStep = Row<typeof EscalationStep>;
