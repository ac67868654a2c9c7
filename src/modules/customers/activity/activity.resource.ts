import { defineResource, ownedBy, type Row } from '#kernel/resource/define-resource.js';
import { choice, date, instant, integer, longText, plan, ref, text } from '#kernel/resource/fields.js';

export const Activity = defineResource('activity', {
  description: 'Something done, or to be done, with a customer: a call, a meeting, an e-mail, a note, a task.',
  table: 'customers.activities',
  scope: ownedBy('ownerId'),
  large: true,
  fields: {
    kind: choice(['call', 'meeting', 'email', 'note', 'task'], { required: true }),
    subject: text(200, { required: true, search: true }),
    notes: longText(),
    ownerId: ref('user', { required: true, inverse: 'activities', description: 'Who does it, or did it.' }),
    accountId: ref('account', { inverse: 'activities', onDelete: 'cascade' }),
    contactId: ref('contact', { inverse: 'activities', onDelete: 'set_null' }),
    start: plan({
      index: true,
      description: 'Planned beginning on the wall clock of the place; a change of the zone’s rules does not move it.',
    }),
    durationMinutes: integer({ min: 0, max: 44_640 }),
    dueOn: date({ index: true, description: 'The day by which a task is to be done.' }),
    doneAt: instant({ index: true, description: 'When it was done. Empty while it is still open.' }),
    outcome: text(500, { description: 'What came of it.' }),
  },
  indexes: [['createdAt'], ['updatedAt']],
  invariants: [
    {
      code: 'activity.meeting_without_start',
      message: 'A meeting has a planned beginning.',
      holds: (activity) => activity.kind !== 'meeting' || activity.start !== null,
    },
  ],
});
export type Activity = Row<typeof Activity>;
