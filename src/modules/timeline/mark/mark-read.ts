import { sql } from '#kernel/db/sql.js';
import { instant, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { recordErrors, recordNamed } from '../read/asked-record.js';
import { actingUser, userErrors } from './acting-user.js';

export const markRead = defineCommand({
  name: 'timeline.mark_read',
  summary: 'Mark all there is on the timeline of a record as read, for yourself.',
  description: 'What comes later is unread again, also when it happened before.',
  graphql: 'markTimelineRead',
  rest: { path: '/records/{recordId}/timeline/read' },
  access: 'member',
  input: { recordId: text(36, { required: true, description: 'The record whose timeline was read.' }) },
  output: { seenAt: instant({ required: true, description: 'Entries noted until then are read.' }) },
  errors: { ...recordErrors, ...userErrors },

  async run({ recordId: id }, work) {
    const userId = actingUser(work);
    const { recordId } = await recordNamed(work, id);
    await work.rows(sql`insert into timeline.marks (tenant_id, user_id, record_id, seen_at) values (${work.tenantId}, ${userId}, ${recordId}, ${work.now})
      on conflict (tenant_id, user_id, record_id) do update set seen_at = greatest(timeline.marks.seen_at, excluded.seen_at)`);
    return { seenAt: work.now };
  },
});
