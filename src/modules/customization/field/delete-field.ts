import { sql } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { boolean, integer, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { recordsOf } from './convert-field.js';
import { hasTexts, textsMember } from '../definitions/own-texts.js';
import { productOf } from '../definitions/tenant-definitions.js';
import { forget } from '../figures/work-out.js';
import { FieldDefinition } from './field-definition.resource.js';
import { fillIndexes } from './fill-indexes.js';

export const deleteField = defineCommand({
  name: 'field_definition.delete',
  summary: 'Remove a field that is out of use for good; with what is in it only when told so.',
  rest: { method: 'DELETE', path: '/field-definitions/{fieldDefinitionId}' },
  input: {
    fieldDefinitionId: ref('field_definition', { required: true }),
    withValues: boolean({ description: 'Whether what records have in it goes too. What the audit tells of that stays.' }),
    metadataVersion: expectedMetadata,
  },
  output: {
    deletedValues: integer({ required: true, description: 'How many records had something in it.' }),
    metadataVersion: integer({ required: true }),
  },
  errors: {
    ...metadataErrors,
    'field_definition.still_active': 'A field in use is not deleted: take it out of use first.',
    'field_definition.has_values': 'Records have something in it; `values` says how many. Export them, and say that it may go.',
  },

  async run({ fieldDefinitionId, withValues, metadataVersion: expected }, work) {
    const metadataVersion = await nextVersion(work, expected);
    const field = await work.repo(FieldDefinition).lock(fieldDefinitionId);
    if (field.isActive)
      throw conflict('field_definition.still_active', 'The field is in use. Take it out of use first, and export what is in it.');
    const deletedValues = await valuesOf(work, field);
    if (deletedValues > 0 && withValues !== true)
      throw conflict(
        'field_definition.has_values',
        `${deletedValues} records have something in "${field.key}". Export them, and say that it may go.`,
        {
          values: deletedValues,
        },
      );
    await removeField(work, field);
    return { deletedValues, metadataVersion };
  },
});

async function valuesOf(work: Work, field: FieldDefinition): Promise<number> {
  const { table, kind } = recordsOf(work, field);
  const [found] = await work.rows<{ count: number }>(sql`select count(*)::integer as count from ${table} t
    where t.tenant_id = ${work.tenantId}${kind} and t.custom->>${field.key}::text is not null`);
  return found?.count ?? 0;
}

/** The definition of a field that is out of use, and its values. What the audit tells of them stays. */
export async function removeField(work: Work, field: FieldDefinition): Promise<void> {
  await fillIndexes(work, field);
  await forget(work, field.id);
  const { table, kind } = recordsOf(work, field);
  await work.rows(sql`update ${table} t set custom = t.custom - ${field.key}::text
    where t.tenant_id = ${work.tenantId}${kind} and t.custom->${field.key}::text is not null`);
  await removeTexts(work, field);
  await work.system.repo(FieldDefinition).delete(field.id);
}

/** What they were in other languages goes too. */
async function removeTexts(work: Work, field: FieldDefinition): Promise<void> {
  const { table, kind } = recordsOf(work, field);
  const { key } = field;
  if (hasTexts(productOf(work).resources.get(field.objectName)))
    await work.rows(sql`update ${table} t set translations = nullif(t.translations - ${key}::text, '{}')
      where t.tenant_id = ${work.tenantId}${kind} and t.translations->${key}::text is not null`);
  await work.rows(sql`update ${table} t set custom = case when (t.custom->${textsMember}::text) - ${key}::text = '{}'
      then t.custom - ${textsMember}::text else t.custom #- array[${textsMember}, ${key}]::text[] end
    where t.tenant_id = ${work.tenantId}${kind} and t.custom->${textsMember}::text->${key}::text is not null`);
}
