import { sql } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import { boolean, integer, ref } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { removeField } from '../field/delete-field.js';
import { FieldDefinition } from '../field/field-definition.resource.js';
import { ObjectDefinition } from './object-definition.resource.js';

export const deleteObject = defineCommand({
  name: 'object_definition.delete',
  summary: 'Remove an object that is out of use for good, with its fields; with its records only when told so.',
  rest: { method: 'DELETE', path: '/object-definitions/{objectDefinitionId}' },
  input: {
    objectDefinitionId: ref('object_definition', { required: true }),
    withRecords: boolean({ description: 'Whether its records go too. What the audit tells of them stays.' }),
    metadataVersion: expectedMetadata,
  },
  output: { deletedRecords: integer({ required: true }), metadataVersion: integer({ required: true }) },
  errors: {
    ...metadataErrors,
    'object_definition.still_active': 'An object in use is not deleted: take it out of use first.',
    'object_definition.has_records': 'There are records of it; `records` says how many. Export them, and say that they may go.',
    'object_definition.in_use': 'Fields of other objects refer to it; `users` names them. Delete those first.',
  },

  async run({ objectDefinitionId, withRecords, metadataVersion: expected }, work) {
    const metadataVersion = await nextVersion(work, expected);
    const object = await work.repo(ObjectDefinition).lock(objectDefinitionId);
    if (object.isActive)
      throw conflict('object_definition.still_active', 'The object is in use. Take it out of use first, and export its records.');
    const fields = await work.system.repo(FieldDefinition).list({});
    refuseUsed(object, fields);
    const own = fields.filter(({ objectName }) => objectName === object.name);
    const deletedRecords = await removeRecords(work, object, withRecords === true);
    for (const field of own) await removeField(work, { ...field, isActive: false });
    await work.system.repo(ObjectDefinition).delete(object.id);
    return { deletedRecords, metadataVersion };
  },
});

function refuseUsed({ name }: ObjectDefinition, fields: readonly FieldDefinition[]): void {
  const users = fields
    .filter(({ objectName, target, rollup }) => objectName !== name && (target === name || rollup?.from === name))
    .map(({ objectName, key }) => `${objectName}.${key}`);
  if (users.length > 0)
    throw conflict('object_definition.in_use', `${users.slice(0, 5).join(', ')} refer to it. Delete those first.`, { users });
}

async function removeRecords(work: Work, { name }: ObjectDefinition, mayGo: boolean): Promise<number> {
  const [found] = await work.rows<{ count: number }>(
    sql`select count(*)::integer as count from kernel.records where tenant_id = ${work.tenantId} and object = ${name}`,
  );
  const records = found?.count ?? 0;
  if (records === 0) return 0;
  if (!mayGo)
    throw conflict('object_definition.has_records', `There are ${records} records of it. Export them, and say that they may go.`, {
      records,
    });
  for (const table of ['external_refs', 'record_shares'] as const) await work.rows(leavings[table](work.tenantId, name));
  await work.rows(sql`delete from kernel.records where tenant_id = ${work.tenantId} and object = ${name}`);
  return records;
}

const leavings = {
  external_refs: (tenantId: string, name: string) =>
    sql`delete from kernel.external_refs where tenant_id = ${tenantId} and resource = ${name}`,
  record_shares: (tenantId: string, name: string) =>
    sql`delete from kernel.record_shares where tenant_id = ${tenantId} and resource = ${name}`,
};
