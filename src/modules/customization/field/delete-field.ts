import { sql } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { integer, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { recordsOf } from './convert-field.js';
import { FieldDefinition } from './field-definition.resource.js';
import { fillIndexes } from './fill-indexes.js';

export const deleteField = defineCommand({
  name: 'field_definition.delete',
  summary: 'Remove a field that is out of use for good, with all that is in it.',
  rest: { method: 'DELETE', path: '/field-definitions/{fieldDefinitionId}' },
  input: { fieldDefinitionId: ref('field_definition', { required: true }), metadataVersion: expectedMetadata },
  output: { metadataVersion: integer({ required: true }) },
  errors: { ...metadataErrors, 'field_definition.still_active': 'A field in use is not deleted: take it out of use first.' },

  async run({ fieldDefinitionId, metadataVersion: expected }, work) {
    const metadataVersion = await nextVersion(work, expected);
    const field = await work.repo(FieldDefinition).lock(fieldDefinitionId);
    if (field.isActive)
      throw conflict('field_definition.still_active', 'The field is in use. Take it out of use first, and export what is in it.');
    await removeField(work, field);
    return { metadataVersion };
  },
});

/** The definition of a field that is out of use, and its values. What the audit tells of them stays. */
export async function removeField(work: Work, field: FieldDefinition): Promise<void> {
  await fillIndexes(work, field);
  const { table, kind } = recordsOf(work, field);
  await work.rows(sql`update ${table} t set custom = t.custom - ${field.key}::text
    where t.tenant_id = ${work.tenantId}${kind} and t.custom->${field.key}::text is not null`);
  await work.system.repo(FieldDefinition).delete(field.id);
}
