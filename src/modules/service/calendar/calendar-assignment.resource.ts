import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { ref } from '#kernel/resource/fields.js';

export const CalendarAssignment = defineResource('calendar_assignment', {
  description: 'Whose working hours a calendar holds: a user’s, those of a team and all below it, or those of the whole company.',
  table: 'service.calendar_assignments',
  scope: everyone,
  operations: ['list', 'get', 'delete'],
  fields: {
    calendarId: ref('business_calendar', { required: true, writer: 'system', inverse: 'assignments', onDelete: 'cascade' }),
    userId: ref('user', { unique: true, writer: 'system', onDelete: 'cascade', description: 'Who works by it.' }),
    teamId: ref('team', {
      unique: true,
      writer: 'system',
      onDelete: 'cascade',
      description: 'The team that works by it; none and no user is the company.',
    }),
  },
  invariants: [
    {
      code: 'business_calendar.assigned_to_two',
      message: 'A calendar is assigned to a user or to a team, not to both at once.',
      holds: ({ userId, teamId }) => userId === null || teamId === null,
    },
  ],
});
export type CalendarAssignment = Row<typeof CalendarAssignment>;
