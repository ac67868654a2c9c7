import { permissionMissing } from '#kernel/access/errors.js';
import { sql } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { boolean, text } from '#kernel/resource/fields.js';
import { codeOf } from '#kernel/resource/ids.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { entryErrors, entryNamed } from '../read/asked-record.js';
import { actingUser, userErrors } from './acting-user.js';

const mostPins = 20;

export const pinEntry = defineCommand({
  name: 'timeline.pin',
  summary: 'Pin an entry to the timeline it is on, for everybody, or take the pin away.',
  description: 'For who may change the record. A record has at most 20 pins.',
  graphql: 'pinTimelineEntry',
  rest: { path: '/timeline-entries/{entryId}/pin' },
  access: 'member',
  input: {
    entryId: text(36, { required: true, description: 'The entry.' }),
    pinned: boolean({ default: true, description: 'False takes the pin away.' }),
  },
  output: { isPinned: boolean({ required: true, description: 'Whether it is pinned now.' }) },
  errors: { ...entryErrors, ...userErrors, 'timeline.too_many_pins': 'The record has as many pins as there may be.' },

  async run({ entryId, pinned }, work) {
    const userId = actingUser(work);
    const { id, record_id: recordId } = await entryNamed(work, entryId);
    await refuseUnlessChangeable(work, recordId);
    if (pinned === false) {
      await work.rows(sql`delete from timeline.pins where tenant_id = ${work.tenantId} and entry_id = ${id}`);
      return { isPinned: false };
    }
    await work.rows(sql`insert into timeline.pins (tenant_id, entry_id, record_id, user_id, at)
      values (${work.tenantId}, ${id}, ${recordId}, ${userId}, ${work.now}) on conflict (tenant_id, entry_id) do nothing`);
    const [pins] = await work.rows<{ count: number }>(
      sql`select count(*)::integer as count from timeline.pins where tenant_id = ${work.tenantId} and record_id = ${recordId}`,
    );
    if ((pins?.count ?? 0) > mostPins) throw conflict('timeline.too_many_pins', 'A record has at most 20 pins: take one away first.');
    return { isPinned: true };
  },
});

async function refuseUnlessChangeable(work: Work, recordId: string): Promise<void> {
  const code = codeOf(recordId);
  const resource = code === null ? undefined : work.definitions.byCode.get(code);
  if (!resource || (await work.covering(resource, recordId, ['update'])).length === 0)
    throw permissionMissing(`${resource?.name ?? 'record'}:update`);
}
