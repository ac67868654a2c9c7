import { notFound } from '#kernel/errors/domain-error.js';
import { choice, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { BusinessCalendar } from './business-calendar.resource.js';
import { CalendarAssignment } from './calendar-assignment.resource.js';

export const lookUpCalendar = defineQuery({
  name: 'business_calendar.look_up',
  summary: 'By which calendar somebody works: his own, else that of his team or of the next one above that has one, else the company’s.',
  graphql: 'calendarOf',
  rest: { method: 'GET', path: '/business-calendars/look-up' },
  input: {
    userId: ref('user', { description: 'Who works by it.' }),
    teamId: ref('team', { description: 'The team, where no user is named. Neither: the company.' }),
  },
  output: {
    businessCalendarId: ref('business_calendar', { required: true, description: 'The calendar.' }),
    zone: text(64, { required: true, description: 'Its IANA time zone.' }),
    assignedTo: choice(['user', 'team', 'company'], { required: true, description: 'Whose calendar it is.' }),
  },
  errors: { 'business_calendar.none_assigned': 'No calendar is assigned to the user, to a team he is in, or to the company.' },

  async run({ userId, teamId }, work) {
    const found = await nearest(work, userId ?? null, teamId ?? null);
    if (!found)
      throw notFound('business_calendar.none_assigned', 'No calendar is assigned to the user, to a team he is in, or to the company.');
    const { id, zone } = await work.repo(BusinessCalendar).get(found.calendarId);
    return { businessCalendarId: id, zone, assignedTo: ownerOf(found) };
  },
});

function ownerOf({ userId, teamId }: CalendarAssignment): 'user' | 'team' | 'company' {
  if (userId !== null) return 'user';
  return teamId === null ? 'company' : 'team';
}

async function nearest(work: Work, userId: string | null, teamId: string | null): Promise<CalendarAssignment | null> {
  const assignments = work.system.repo(CalendarAssignment);
  const own = userId === null ? null : await assignments.first({ userId });
  if (own) return own;
  for (const team of await teamsAbove(work, userId === null ? teamId : await teamOf(work, userId))) {
    const ofTeam = await assignments.first({ teamId: team });
    if (ofTeam) return ofTeam;
  }
  return assignments.first({ userId: null, teamId: null });
}

/** Read through the definitions, by name: identity owns the tables. */
const idIn = (row: Readonly<Record<string, unknown>> | null, field: string): string | null => {
  const id = row?.[field];
  return typeof id === 'string' ? id : null;
};
const teamOf = async (work: Work, userId: string): Promise<string | null> =>
  idIn(await work.system.repo(work.resource('user')).find(userId), 'teamId');

/** The team and those above it, nearest first. */
async function teamsAbove(work: Work, teamId: string | null): Promise<string[]> {
  const found: string[] = [];
  for (let next = teamId; next !== null && !found.includes(next);) {
    found.push(next);
    next = idIn(await work.system.repo(work.resource('team')).find(next), 'parentId');
  }
  return found;
}
