import { sql } from '#kernel/db/sql.js';
import { choice, instant, list, object, ref, text } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import { mustRead, recordErrors, resourceOf } from './record-of.js';

interface Share {
  readonly userId: string | null;
  readonly teamId: string | null;
  readonly level: 'read' | 'write';
  readonly until: Date | null;
  readonly reason: string | null;
  readonly sharedById: string | null;
  readonly sharedAt: Date;
}

export const listShares = defineQuery({
  name: 'record.list_shares',
  summary: 'With whom a record is shared, those whose time is over left out.',
  graphql: 'recordShares',
  rest: { path: '/records/{recordId}/shares' },
  input: { recordId: text(36, { required: true }) },
  output: {
    shares: list(
      object(
        {
          userId: ref('user'),
          teamId: ref('team'),
          level: choice(['read', 'write'], { required: true }),
          until: instant(),
          reason: text(300),
          sharedById: ref('user', { description: 'Who shared it.' }),
          sharedAt: instant({ required: true }),
        },
        { name: 'RecordShare', required: true },
      ),
      { required: true },
    ),
  },
  errors: { 'record.not_found': recordErrors['record.not_found'] },

  async run({ recordId }, work) {
    const resource = resourceOf(work, recordId);
    await mustRead(work, resource, recordId);
    const shares = await work.rows<Share>(sql`select case principal_kind when 'user' then principal_id end as "userId",
        case principal_kind when 'team' then principal_id end as "teamId", level, until, reason, shared_by as "sharedById", shared_at as "sharedAt"
      from kernel.record_shares where tenant_id = ${work.tenantId} and record_id = ${recordId} and resource = ${resource.name}
        and (until is null or until > ${work.now}) order by shared_at, principal_id limit 1000`);
    return { shares };
  },
});
