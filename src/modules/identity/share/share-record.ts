import { sql } from '#kernel/db/sql.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { choice, instant, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { datesErrors, refuseOddDates } from '../dated.js';
import { RecordShared } from '../events.js';
import { holderErrors, holderOf, type Holder } from '../role/assign-role.js';
import { Team } from '../team/team.resource.js';
import { User } from '../user/user.resource.js';
import { noteShare } from './note-share.js';
import { mustWrite, recordErrors, resourceOf } from './record-of.js';

export const shareRecord = defineCommand({
  name: 'record.share',
  summary: 'Let a user or a team see one record, or also change it, perhaps until a day.',
  description:
    'It widens the rights to read (and, to write, to update) that somebody has to this record, and nothing else: who may read no such record at all still may not. Doing it again changes level and end.',
  rest: { path: '/records/{recordId}/shares', status: 201 },
  input: {
    recordId: text(36, { required: true, description: 'Id of an account, lead, opportunity or any other record with an owner.' }),
    userId: ref('user', { description: 'With whom. Either a user or a team.' }),
    teamId: ref('team', { description: 'With the users of which team; not with those of teams below it.' }),
    level: choice(['read', 'write'], { default: 'read', description: '`write` lets the record also be updated.' }),
    until: instant({ description: 'Until then; without end when left out.' }),
    reason: text(300),
  },
  output: { recordId: text(36, { required: true }) },
  errors: {
    ...recordErrors,
    ...datesErrors,
    ...holderErrors,
    'record.not_shareable': 'Records of this kind are open to everybody who may read them.',
  },

  async run({ recordId, level, until = null, reason = null, ...given }, work) {
    const holder = await existing(work, holderOf(given));
    refuseOddDates(null, until, work.now);
    const resource = resourceOf(work, recordId);
    await mustWrite(work, resource, recordId, level ?? 'read');
    const share = { resource: resource.name, recordId, ...holder, level: level ?? 'read', until };
    await work.rows(sql`insert into kernel.record_shares (tenant_id, resource, record_id, principal_kind, principal_id, level, until, reason, shared_by, shared_at)
      values (${work.tenantId}, ${resource.name}, ${recordId}, ${holder.userId ? 'user' : 'team'}, ${holder.userId ?? holder.teamId}, ${share.level}, ${until}, ${reason}, ${work.actor.userId}, ${work.now})
      on conflict (tenant_id, principal_id, resource, record_id) do update
      set level = excluded.level, until = excluded.until, reason = excluded.reason, shared_by = excluded.shared_by, shared_at = excluded.shared_at`);
    await noteShare(work, 'shared', { resource: resource.name, recordId, changes: { ...holder, level: share.level, until, reason } });
    await work.emit(RecordShared, share, { resource: resource.name, id: recordId });
    return { recordId };
  },
});

/** A share has no foreign key to hold it inside the company: the look-up does. */
async function existing<H extends Holder>(work: Work, holder: H): Promise<H> {
  const found = holder.userId ? await work.system.repo(User).find(holder.userId) : await work.system.repo(Team).find(holder.teamId ?? '');
  if (found) return holder;
  throw invalid('input.reference_not_found', 'The record named by a reference does not exist, or you may not see it.', {
    errors: [{ path: holder.userId ? '/userId' : '/teamId', code: 'not_found', message: 'names no record you may see' }],
  });
}
