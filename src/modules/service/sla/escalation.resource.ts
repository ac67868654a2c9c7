import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, ref, text } from '#kernel/resource/fields.js';
import { ESCALATION_STATES } from '../domain/escalation-ladder.js';

export const Escalation = defineResource('escalation', {
  description:
    'One rung of one clock: when it will be reached, or that it was. Re-timed in place; once fired or collapsed it never changes.',
  table: 'service.escalations',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    timerId: ref('case_timer', { required: true, writer: 'system', inverse: 'escalations', onDelete: 'cascade' }),
    caseId: ref('case', { required: true, writer: 'system', inverse: 'escalations', onDelete: 'cascade' }),
    ownerId: ref('user', { writer: 'system', of: ['case.ownerId'], description: 'The owner of the case.' }),
    stepId: ref('escalation_step', { required: true, writer: 'system' }),
    level: integer({ required: true, writer: 'system' }),
    cycleKey: text(40, {
      required: true,
      writer: 'system',
      description: 'Cycle, generation of the target and repetition: a step fires once in each.',
    }),
    state: choice(ESCALATION_STATES, {
      required: true,
      writer: 'system',
      description: '`collapsed`: passed over, another rung spoke for it or nobody was to be told.',
    }),
    fireAt: instant({ writer: 'system', description: 'When it is reached; empty while the clock stands still.' }),
    firedAt: instant({ writer: 'system', description: 'When the worker acted on it.' }),
  },
  unique: [{ fields: ['timerId', 'stepId', 'cycleKey'], code: 'taken' }],
});
export type Escalation = Row<typeof Escalation>;
