import { defineResource, everyone, type Row } from '#kernel/resource/define-resource.js';
import { boolean, integer, json, ref, text } from '#kernel/resource/fields.js';
import type { StoredMapping } from '../domain/stored/stored-mapping.js';

export const ImportMapping = defineResource('import_mapping', {
  description: 'One version of how the company reads the files of another system. Never changed: saving again makes the next version.',
  table: 'imports.import_mappings',
  scope: everyone,
  operations: ['list', 'get', 'delete'],
  fields: {
    name: text(80, { required: true, index: true, writer: 'system', search: true }),
    number: integer({ required: true, min: 1, writer: 'system', description: 'Counts the versions of a name from 1.' }),
    isLatest: boolean({ required: true, default: true, writer: 'system' }),
    definition: json<StoredMapping>({
      required: true,
      writer: 'system',
      description: 'Files, and steps in which columns become fields: docs/how-to/import.md tells its words.',
    }),
    savedById: ref('user', { writer: 'system', description: 'Who saved it; empty when a machine did.' }),
  },
  unique: [{ fields: ['name', 'number'], code: 'number_taken' }],
});
export type ImportMapping = Row<typeof ImportMapping>;
