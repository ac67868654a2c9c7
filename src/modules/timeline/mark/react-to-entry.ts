import { sql } from '#kernel/db/sql.js';
import { boolean, choice, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { entryErrors, entryNamed } from '../read/asked-record.js';
import { reactions } from '../read/entry-fields.js';
import { actingUser, userErrors } from './acting-user.js';

export const reactToEntry = defineCommand({
  name: 'timeline.react',
  summary: 'React to an entry of a timeline, or take the reaction back.',
  graphql: 'reactToTimelineEntry',
  rest: { path: '/timeline-entries/{entryId}/react' },
  access: 'member',
  input: {
    entryId: text(36, { required: true, description: 'The entry.' }),
    reaction: choice(reactions, { required: true }),
    on: boolean({ default: true, description: 'False takes it back.' }),
  },
  output: { isMine: boolean({ required: true, description: 'Whether it stands now.' }) },
  errors: { ...entryErrors, ...userErrors },

  async run({ entryId, reaction, on }, work) {
    const userId = actingUser(work);
    const { id } = await entryNamed(work, entryId);
    if (on === false)
      await work.rows(sql`delete from timeline.reactions
        where tenant_id = ${work.tenantId} and entry_id = ${id} and user_id = ${userId} and reaction = ${reaction}`);
    else
      await work.rows(sql`insert into timeline.reactions (tenant_id, entry_id, user_id, reaction, at)
        values (${work.tenantId}, ${id}, ${userId}, ${reaction}, ${work.now}) on conflict (tenant_id, entry_id, user_id, reaction) do nothing`);
    return { isMine: on !== false };
  },
});
