import { conflict } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import type { Field, FieldIndex } from '../resource/fields.js';

/** A field of a tenant's own whose values are kept in an index beside the row. */
interface Indexed {
  readonly name: string;
  readonly key: string;
  readonly index: FieldIndex;
}

const cache = new WeakMap<Resource, readonly Indexed[]>();

export function indexedFields(resource: Resource): readonly Indexed[] {
  const known = cache.get(resource) ?? Object.entries(resource.fields).flatMap(([name, field]) => indexedField(name, field));
  cache.set(resource, known);
  return known;
}

const indexedField = (name: string, { stored }: Field): Indexed[] =>
  stored?.in === 'custom' && stored.index ? [{ name, key: stored.key, index: stored.index }] : [];

/** Those of which something has to be kept anew when the named fields change: they themselves, and what they are the scope of. */
export const fieldsTouched = (resource: Resource, names: readonly string[]): readonly Indexed[] =>
  indexedFields(resource).filter(
    ({ name, index }) => names.includes(name) || index.scope?.some(({ member }) => names.some((one) => keptAs(resource, one) === member)),
  );

const keptAs = ({ fields }: Resource, name: string): string => {
  const stored = fields[name]?.stored;
  return stored?.in === 'custom' ? stored.key : name;
};

/** Whether some are unique among rows that share other fields: who writes them has to give back whole rows. */
export const hasScopes = (fields: readonly Indexed[]): boolean => fields.some(({ index }) => index.scope !== undefined);

const tablesOf = (fields: readonly Indexed[]) => [...new Map(fields.map(({ index }) => [index.table, index])).values()];
const shortName = (table: string) => table.slice(table.indexOf('.') + 1);
const listed = (place: string) => `jsonb_to_recordset(${place}::jsonb) as m (f uuid, k text, u boolean, t text, s jsonb)`;

/** Which fields of which tables, as a parameter, so that statements of one text serve all tenants. */
export const indexParam = (fields: readonly Indexed[]): string =>
  JSON.stringify(fields.map(({ key, index }) => ({ f: index.fieldId, k: key, u: index.isUnique, t: index.table, s: index.scope })));

/** Parts of the statement that writes rows as `changed`: their values go into the indexes, those that are empty now go out. */
export function indexSql(fields: readonly Indexed[], place: string): string {
  const scope = hasScopes(fields)
    ? { column: ', scope', value: ', kernel.scope_of(to_jsonb(changed), m.s)', set: ', scope = excluded.scope' }
    : unscoped;
  const parts = tablesOf(fields).map(({ table, cast }) => {
    const value = 'changed.custom->>m.k';
    const name = shortName(table);
    return `
, ${name} as (insert into ${table} (tenant_id, field_id, record_id, value, is_unique${scope.column})
  select $1, m.f, changed.id, (${value})::${cast}, m.u${scope.value} from changed cross join ${listed(place)} where m.t = '${table}' and ${value} is not null
  on conflict (tenant_id, field_id, record_id) do update set value = excluded.value, is_unique = excluded.is_unique${scope.set})
, ${name}_empty as (delete from ${table} i using changed cross join ${listed(place)}
  where i.tenant_id = $1 and i.field_id = m.f and i.record_id = changed.id and m.t = '${table}' and ${value} is null)`;
  });
  return parts.join('');
}

const unscoped = { column: '', value: '', set: '' };

/** The same for rows that are deleted. */
export const unindexSql = (fields: readonly Indexed[]): string =>
  tablesOf(fields)
    .map(
      ({ table }) =>
        `\n, ${shortName(table)} as (delete from ${table} i using changed where i.tenant_id = $1 and i.record_id = changed.id)`,
    )
    .join('');

/**
 * Definitions may change while somebody writes by the old ones. Who changes them waits for such writers, and who writes by old ones after
 * that writes nothing: so no value of an indexed or unique field is missed.
 */
export const guardSql = (place: string): string =>
  `guard as (select from kernel.metadata_versions where tenant_id = $1 and version = ${place}::integer for share)`;

export const definitionsChanged = () =>
  conflict('metadata.changed', 'An administrator has just changed the fields of this object. Repeat your request.');
