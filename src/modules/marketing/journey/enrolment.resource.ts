import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, instant, integer, ref, text } from '#kernel/resource/fields.js';

export const Enrolment = defineResource('enrolment', {
  description: 'One person on the way through one version of a journey.',
  table: 'marketing.enrolments',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    journeyId: ref('journey', { required: true, writer: 'system', inverse: 'enrolments' }),
    journeyVersionId: ref('journey_version', { required: true, writer: 'system', inverse: 'enrolments' }),
    contactId: ref('contact', { required: true, writer: 'system', inverse: 'enrolments', onDelete: 'cascade' }),
    entryKey: text(200, {
      required: true,
      writer: 'system',
      of: ['tracked_event.properties'],
      description: 'What makes this entry this entry, by the re-entry rule: `once`, a key of the event, or the occurrence.',
    }),
    triggerEventId: ref('tracked_event', { writer: 'system', onDelete: 'set_null', description: 'The event that started it.' }),
    status: choice(['active', 'completed', 'exited', 'failed'], { required: true, default: 'active', writer: 'system', index: true }),
    stepIndex: integer({ required: true, default: 0, writer: 'system', description: 'Next step to take, from 0.' }),
    wakeAt: instant({ writer: 'system', description: 'When the next step is due; empty when there is none.' }),
    fence: integer({
      required: true,
      default: 0,
      writer: 'system',
      description: 'Grows with each wake-up planned; an older wake-up does nothing.',
    }),
    exitReason: text(60, {
      writer: 'system',
      description: 'Why it ended before the last step: goal, consent_withdrawn, condition_not_met, journey_archived.',
    }),
    enteredAt: instant({ required: true, writer: 'system' }),
    endedAt: instant({ writer: 'system' }),
  },
  unique: [{ fields: ['journeyId', 'contactId', 'entryKey'], code: 'already_enrolled' }],
  indexes: [['contactId', 'status']],
});
export type Enrolment = Row<typeof Enrolment>;
