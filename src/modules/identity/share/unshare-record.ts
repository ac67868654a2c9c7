import { sql } from '#kernel/db/sql.js';
import { boolean, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { RecordUnshared } from '../events.js';
import { holderErrors, holderOf } from '../role/assign-role.js';
import { noteShare } from './note-share.js';
import { mustWrite, recordErrors, resourceOf } from './record-of.js';

export const unshareRecord = defineCommand({
  name: 'record.unshare',
  summary: 'Take back a share; from then on the rights of roles alone count again.',
  rest: { path: '/records/{recordId}/unshare' },
  input: { recordId: text(36, { required: true }), userId: ref('user'), teamId: ref('team') },
  output: { removed: boolean({ required: true, description: 'False when the record was not shared so.' }) },
  errors: { ...recordErrors, ...holderErrors, 'record.not_shareable': 'Records of this kind are open to everybody who may read them.' },

  async run({ recordId, ...given }, work) {
    const holder = holderOf(given);
    const resource = resourceOf(work, recordId);
    await mustWrite(work, resource, recordId, 'write');
    const gone = await work.rows<{ level: string }>(sql`delete from kernel.record_shares where tenant_id = ${work.tenantId}
      and principal_id = ${holder.userId ?? holder.teamId} and resource = ${resource.name} and record_id = ${recordId} returning level`);
    if (!gone[0]) return { removed: false };
    await noteShare(work, 'unshared', { resource: resource.name, recordId, changes: { ...holder, level: gone[0].level } });
    await work.emit(RecordUnshared, { resource: resource.name, recordId, ...holder }, { resource: resource.name, id: recordId });
    return { removed: true };
  },
});
