import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, json, ref } from '#kernel/resource/fields.js';
import { METRICS } from '../domain/service-level-match.js';
import { TIMER_STATES } from '../domain/timer-state.js';

export const CaseTimer = defineResource('case_timer', {
  description:
    'The clock of one metric on one case. All times in it follow from the case’s segments and can be explained by `case_timer.explain`.',
  table: 'service.case_timers',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    caseId: ref('case', { required: true, writer: 'system', inverse: 'timers', onDelete: 'cascade' }),
    ownerId: ref('user', { writer: 'system', of: ['case.ownerId'], description: 'The owner of the case.' }),
    versionId: ref('service_level_version', { required: true, writer: 'system', description: 'The agreement it runs under.' }),
    metric: choice(METRICS, { required: true, writer: 'system' }),
    cycleNo: integer({ required: true, writer: 'system', description: 'The cycle of the case it belongs to.' }),
    state: choice(TIMER_STATES, { required: true, writer: 'system', index: true }),
    startedAt: instant({ required: true, writer: 'system' }),
    targetMinutes: integer({ required: true, writer: 'system' }),
    floorSeconds: integer({
      writer: 'system',
      description: 'Counted seconds granted at least, after the target was tightened when it was already missed.',
    }),
    calendarId: ref('business_calendar', { writer: 'system', description: 'Hours it counts; empty counts all time.' }),
    pausesIn: json<readonly string[], { required: true; writer: 'system'; description: string }>({
      required: true,
      writer: 'system',
      description: 'States in which it stands still.',
    }),
    dueAt: instant({ writer: 'system', index: true, description: 'When the target is reached; empty while it stands still.' }),
    stoppedAt: instant({ writer: 'system', description: 'When what it waits for happened.' }),
    breachedAt: instant({ writer: 'system', description: 'The due time that was missed.' }),
    overrunSeconds: integer({ writer: 'system', description: 'How much too late, in counted seconds.' }),
    generation: integer({
      required: true,
      default: 1,
      writer: 'system',
      description: 'Grows when a loosened target starts the ladder anew.',
    }),
    wakeNo: integer({ required: true, default: 1, writer: 'system', description: 'Names the task that looks at this timer next.' }),
  },
  unique: [{ fields: ['caseId', 'metric', 'cycleNo'], code: 'taken' }],
});
export type CaseTimer = Row<typeof CaseTimer>;
