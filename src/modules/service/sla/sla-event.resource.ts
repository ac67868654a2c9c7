import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, json, ref } from '#kernel/resource/fields.js';

export const SlaEvent = defineResource('sla_event', {
  description: 'What happened to a clock, in order. Only ever added to: a breach stays readable after its correction.',
  table: 'service.sla_events',
  scope: ownedBy('ownerId'),
  large: true,
  operations: ['list', 'get'],
  fields: {
    timerId: ref('case_timer', { required: true, writer: 'system', inverse: 'events', onDelete: 'cascade' }),
    caseId: ref('case', { required: true, writer: 'system', onDelete: 'cascade' }),
    ownerId: ref('user', { writer: 'system', of: ['case.ownerId'], description: 'The owner of the case.' }),
    seq: integer({ required: true, writer: 'system', description: 'Counts from 1 within the clock.' }),
    kind: choice(['activate', 'pause', 'resume', 'retarget', 'meet', 'breach', 'cancel', 'reopen', 'corrected'], {
      required: true,
      writer: 'system',
    }),
    happenedAt: instant({ required: true, writer: 'system' }),
    data: json({ writer: 'system', description: 'Old and new targets, and whether a target was tightened late.' }),
  },
  unique: [{ fields: ['timerId', 'seq'], code: 'seq_taken' }],
});
export type SlaEvent = Row<typeof SlaEvent>;
