import { sql, trusted } from '#kernel/db/sql.js';
import { conflict } from '#kernel/errors/domain-error.js';
import type { FieldIndex } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';
import { productOf } from '../definitions/tenant-definitions.js';
import { isIndexed, toField } from '../definitions/to-field.js';
import type { FieldDefinition } from './field-definition.resource.js';

const shown = 10;

/**
 * Brings the index of a field to what is defined now, from the records as they are. Writers that began before wait for this transaction's
 * version, and those that come after it keep the index themselves.
 */
export async function fillIndexes(work: Work, definition: FieldDefinition): Promise<void> {
  const field = toField(definition, 'en');
  const index = field.stored?.in === 'custom' ? field.stored.index : undefined;
  for (const table of tables)
    await work.rows(sql`delete from ${trusted(table)} where tenant_id = ${work.tenantId} and field_id = ${definition.id}`);
  if (!index || !definition.isActive || !isIndexed(definition)) return;
  const resource = productOf(work).resources.get(definition.objectName);
  const rows = resource ? trusted(`${resource.table} t where t.tenant_id = `) : trusted('kernel.records t where t.tenant_id = ');
  const kind = resource ? sql`` : sql` and t.object = ${definition.objectName}`;
  const scope = scopeSql(index);
  if (index.isUnique) await refuseShared(work, { key: definition.key, rows, kind, scope });
  await work.rows(sql`insert into ${trusted(index.table)} (tenant_id, field_id, record_id, value, is_unique, scope)
    select t.tenant_id, ${definition.id}::uuid, t.id, (t.custom->>${definition.key}::text)::${trusted(index.cast)}, ${index.isUnique}, ${scope}
    from ${rows}${work.tenantId}${kind} and t.custom->>${definition.key}::text is not null`);
}

const scopeSql = ({ scope }: FieldIndex) => sql`kernel.scope_of(to_jsonb(t), ${scope ? JSON.stringify(scope) : null}::jsonb)`;

const tables = ['text', 'num', 'time', 'bool', 'ref'].map((type) => `kernel.field_index_${type}`);

interface Among {
  readonly key: string;
  readonly rows: ReturnType<typeof trusted>;
  readonly kind: ReturnType<typeof trusted>;
  readonly scope: ReturnType<typeof trusted>;
}

async function refuseShared(work: Work, { key, rows, kind, scope }: Among): Promise<void> {
  const sample = await work.rows<{
    value: string;
    ids: string[];
  }>(sql`select t.custom->>${key}::text as value, (array_agg(t.id order by t.id))[1:5] as ids
    from ${rows}${work.tenantId}${kind} and t.custom->>${key}::text is not null group by 1, ${scope} having count(*) > 1 order by 1 limit ${shown}`);
  if (sample.length > 0)
    throw conflict(
      'field_definition.not_unique',
      `Records share values of "${key}" already. Change those first; the first are in \`sample\`.`,
      { sample },
    );
}
