import { ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { oneLineAtATime } from './refuse-circle.js';
import { ReportingLine } from './reporting-line.resource.js';

export const endReportingLine = defineCommand({
  name: 'reporting_line.end',
  summary: 'End a reporting line now. One that has not begun is deleted.',
  input: { reportingLineId: ref('reporting_line', { required: true }) },
  output: { reportingLineId: ref('reporting_line', { required: true }) },

  async run({ reportingLineId }, work) {
    await oneLineAtATime(work);
    const lines = work.repo(ReportingLine);
    const line = await lines.lock(reportingLineId);
    if (line.validFrom >= work.now) await lines.delete(reportingLineId);
    else if (!line.validUntil || line.validUntil > work.now) await lines.update(reportingLineId, { validUntil: work.now });
    return { reportingLineId };
  },
});
