import { reachOf } from '../access/actor.js';
import { fieldRight } from '../access/field-rights.js';
import type { OpenWork } from '../db/open-work.js';
import type { Resource } from '../resource/define-resource.js';
import { translatableFields, translationsSql } from '../resource/translations.js';
import { columnSql, kindCondition, resourceColumns } from '../resource/columns.js';

export interface TextCount {
  readonly resource: string;
  readonly field: string;
  readonly total: number;
  readonly translated: number;
  readonly outdated: number;
}

/** What has translations and the actor may read all of, with the fields he may see, by name. Who reads such things at all reads all of them. */
export function readableTexts({ definitions, actor }: OpenWork): { readonly resource: Resource; readonly fields: readonly string[] }[] {
  const resources = [...definitions.resources.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return resources.flatMap((resource) => {
    if (reachOf(actor.permissions, `${resource.name}:read`) !== 'all') return [];
    const rightTo = (name: string) => fieldRight(actor, resource, name);
    const fields = translatableFields(resource).flatMap(([name]) => (rightTo(name) === null || rightTo(name) === 'read' ? [name] : []));
    return fields.length > 0 ? [{ resource, fields }] : [];
  });
}

/** The texts of a resource, one a row `f (field, source)`; names of fields and columns are our own. */
export const textsSql = (resource: Resource, fields: readonly string[], alias: string): string =>
  `cross join lateral (values ${fields.map((name) => `('${name}', ${sourceSql(resource, name, alias)})`).join(', ')}) f (field, source)`;

function sourceSql(resource: Resource, name: string, alias: string): string {
  const [column] = resourceColumns(resource).get(name) ?? [];
  if (!column) throw new Error(`${resource.name}.${name} has no column.`);
  return columnSql(column, alias);
}

export async function countTexts(work: OpenWork, language: string): Promise<TextCount[]> {
  const counts: TextCount[] = [];
  for (const { resource, fields } of readableTexts(work)) {
    const { rows } = await work.exec(
      `select f.field, count(*)::integer as total, count(k.one ->> 'text')::integer as translated,
        (count(*) filter (where k.one ->> 'sourceHash' <> kernel.source_hash(f.source)))::integer as outdated
      from ${resource.table} t ${textsSql(resource, fields, 't')}
      cross join lateral (select ${translationsSql(resource, 't')} -> f.field -> $2 as one) k
      where t.tenant_id = $1${kindCondition(resource, 't')} and f.source is not null group by f.field order by f.field`,
      [work.tenantId, language],
    );
    counts.push(
      ...rows.map((row) => ({
        resource: resource.name,
        field: String(row['field']),
        total: Number(row['total']),
        translated: Number(row['translated']),
        outdated: Number(row['outdated']),
      })),
    );
  }
  return counts;
}
