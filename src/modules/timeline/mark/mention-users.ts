import { sql } from '#kernel/db/sql.js';
import { integer, list, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { entryErrors, entryNamed } from '../read/asked-record.js';
import { actingUser, userErrors } from './acting-user.js';

export const mentionUsers = defineCommand({
  name: 'timeline.mention',
  summary: 'Bring an entry of a timeline to the notice of colleagues.',
  description: 'They find it among their mentions, as far as they may see it themselves. Who was mentioned before is not mentioned twice.',
  graphql: 'mentionInTimeline',
  rest: { path: '/timeline-entries/{entryId}/mention' },
  access: 'member',
  input: {
    entryId: text(36, { required: true, description: 'The entry.' }),
    userIds: list(ref('user', { required: true }), { required: true, min: 1, max: 50, description: 'The colleagues.' }),
  },
  output: { mentioned: integer({ required: true, description: 'How many had not been mentioned yet.' }) },
  errors: { ...entryErrors, ...userErrors },

  async run({ entryId, userIds }, work) {
    const by = actingUser(work);
    const { id } = await entryNamed(work, entryId);
    const fresh = await work.rows(sql`insert into timeline.mentions (tenant_id, entry_id, user_id, by_id, at)
      select ${work.tenantId}, ${id}, u, ${by}, ${work.now} from unnest(${[...new Set(userIds)]}::uuid[]) as u
      on conflict (tenant_id, entry_id, user_id) do nothing returning user_id`);
    return { mentioned: fresh.length };
  },
});
