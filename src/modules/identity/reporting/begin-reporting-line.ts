import { sql } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { instant, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { datesErrors, refuseOddDates } from '../dated.js';
import { circleErrors, oneLineAtATime, refuseCircle } from './refuse-circle.js';
import { ReportingLine } from './reporting-line.resource.js';

export const beginReportingLine = defineCommand({
  name: 'reporting_line.begin',
  summary: 'Put a user under a manager for a time, in place of the one named at the user.',
  description: 'A right of reach `subtree` follows these lines. At any moment a user has at most one.',
  rest: { path: '/reporting-lines', status: 201 },
  input: {
    userId: ref('user', { required: true, description: 'Who reports.' }),
    managerId: ref('user', { required: true, description: 'To whom.' }),
    validFrom: instant({ description: 'From then on; at once when left out.' }),
    validUntil: instant({ description: 'Until then; without end when left out.' }),
  },
  output: { reportingLineId: ref('reporting_line', { required: true }) },
  errors: { ...circleErrors, ...datesErrors, 'reporting_line.overlaps': 'The user has another line at that time. End it first.' },

  async run({ userId, managerId, validFrom, validUntil = null }, work) {
    const from = validFrom ?? work.now;
    refuseOddDates(from, validUntil, work.now);
    await oneLineAtATime(work);
    await refuseCircle(work, { userId, managerId, from, until: validUntil });
    const others = await work.rows(sql`select from identity.reporting_lines l where l.tenant_id = ${work.tenantId} and l.user_id = ${userId}
      and (l.valid_until is null or l.valid_until > ${from}) and (${validUntil}::timestamptz is null or l.valid_from < ${validUntil}::timestamptz) limit 1`);
    if (others.length > 0) throw conflict('reporting_line.overlaps', 'The user has another line at that time. End it first.');
    const line = await work.repo(ReportingLine).create({ userId, managerId, validFrom: from, validUntil });
    return { reportingLineId: line.id };
  },
});
