import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { instant, ref } from '#kernel/resource/fields.js';

export const ReportingLine = defineResource('reporting_line', {
  description: 'Who leads a user for a time. While one is valid it counts in place of the manager named at the user.',
  table: 'identity.reporting_lines',
  scope: everyone,
  operations: ['list', 'get'],
  fields: {
    userId: ref('user', { required: true, writer: 'system', inverse: 'reportingLines', onDelete: 'cascade', description: 'Who reports.' }),
    managerId: ref('user', { required: true, writer: 'system', inverse: 'ledLines', onDelete: 'cascade', description: 'To whom.' }),
    validFrom: instant({ required: true, writer: 'system', description: 'From when on.' }),
    validUntil: instant({ writer: 'system', description: 'Until when; without end when empty.' }),
  },
});
export type ReportingLine = Row<typeof ReportingLine>;
