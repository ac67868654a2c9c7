import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { choice, integer, ref, text } from '#kernel/resource/fields.js';

export const ImportIssue = defineResource('import_issue', {
  description: 'One thing an import found wrong in a file, and what it did about it.',
  table: 'imports.import_issues',
  scope: everyone,
  large: true,
  operations: ['list', 'get'],
  fields: {
    importId: ref('import', { required: true, writer: 'system', inverse: 'issues', onDelete: 'cascade' }),
    file: text(200, { required: true, writer: 'system' }),
    line: integer({
      required: true,
      min: 0,
      writer: 'system',
      description:
        'Line of the file, the header being line 1; 0 for rows the mapping itself brings and for what concerns the file as a whole.',
    }),
    field: text(200, { writer: 'system', description: 'Column of the file, or field of the record.' }),
    rule: text(80, {
      required: true,
      writer: 'system',
      description: 'What is wrong: `correction`, `empty`, `parse_date`, `parent_not_found`, …',
    }),
    severity: choice(['info', 'warning', 'error'], { required: true, writer: 'system', description: '`error`: the row was left out.' }),
    value: text(500, { writer: 'system', description: 'What the file says, shortened.' }),
    done: text(500, { required: true, writer: 'system', description: 'What was done about it.' }),
    message: text(2000, { required: true, writer: 'system' }),
  },
  indexes: [['importId', 'rule']],
});
export type ImportIssue = Row<typeof ImportIssue>;
