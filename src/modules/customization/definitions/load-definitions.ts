import { sql } from '#kernel/db/sql.js';
import type { Work } from '#kernel/usecase/work.js';
import { FieldDefinition } from '../field/field-definition.resource.js';
import { ObjectDefinition } from '../object/object-definition.resource.js';
import type { Definitions } from './definitions.js';

/** The version of what a company has defined; 0 when that is nothing. */
export async function versionOf(work: Work): Promise<number> {
  const [row] = await work.rows<{ version: number }>(sql`select version from kernel.metadata_versions where tenant_id = ${work.tenantId}`);
  return row?.version ?? 0;
}

/** What a company has defined and uses, as it is in this transaction. */
export async function loadDefinitions(work: Work, version: number): Promise<Definitions> {
  const [tenant] = await work.rows<{ locale: string; time_zone: string; records: string }>(
    sql`select locale, time_zone, kernel.records_of(id) as records from kernel.tenants where id = ${work.tenantId}`,
  );
  return {
    tenantId: work.tenantId,
    version,
    timeZone: tenant?.time_zone ?? 'UTC',
    locale: (tenant?.locale ?? 'en').slice(0, 2),
    recordsTable: tenant?.records ?? 'kernel.records',
    objects: await work.system.repo(ObjectDefinition).list({ isActive: true }),
    fields: await work.system.repo(FieldDefinition).list({ isActive: true }),
  };
}
