import { originColumns } from '../audit/trace.js';
import { resourceColumns, type Column } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import { fieldsTouched, hasScopes, indexSql, indexedFields, unindexSql } from './own-fields.js';
import { keptSql, needsWholeRows, staleSql, unkeepSql } from './kept-figures.js';
import { arrayType, cached, guarded, type Statement } from './statements.js';

/* Parameters $1 … $20 belong to `paramsOf` in change-rows.ts; the arrays have an element for each row. */
const traceCount = 20;
const givenArrays = ['$9::uuid[]', '$10::text[]', '$11::uuid[]', '$12::uuid[]', '$13::bytea[]'];
const givenNames = ['id', 'changes', 'event_id', 'behalf', 'sealed'];

const given = (arrays: readonly string[] = [], names: readonly string[] = []) =>
  `given as (select g.*, g.changes::jsonb as kept from unnest(${[...givenArrays, ...arrays].join(', ')}) as g (${[...givenNames, ...names].join(', ')}))`;

/** Audit and event of each changed row, in the same statement as the changes. */
const trace = ({ module, name }: Resource, action: string) => `
, audit as (insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, changes, request_id, ${originColumns}, personal)
  select $1, $2, $3, $4, $5, $6, $7, changed.id, '${action}', given.kept, $8, given.behalf, $14, $15, $16, $17, $18, given.sealed from changed join given using (id))
, event as (insert into kernel.outbox (tenant_id, id, type, subject_resource, subject_id, payload, actor, cause, occurred_at)
  select $1, given.event_id, '${module}.${name}_${action}', $7, changed.id, jsonb_build_object('id', changed.id, 'version', changed.version, 'changed',
    coalesce((select jsonb_agg(k) from json_object_keys(given.changes::json) k), '[]'::jsonb)), $19::jsonb, $20::jsonb, $2 from changed join given using (id))`;

/** Which fields are set, and whether they are in all rows: in the others they stay as they are. */
export interface SetField {
  readonly name: string;
  readonly isInAll: boolean;
}

/** Sets fields of many rows, in each of them those its changes name. Members of `custom` that go and that are set come last. */
export function updateManyStatement(resource: Resource, fields: readonly SetField[]): Statement {
  return cached(resource, `update many ${fields.map(({ name, isInAll }) => `${name}${isInAll ? '' : '?'}`).join()}`, () => {
    const columns = fields.flatMap(({ name, isInAll }) =>
      (resourceColumns(resource).get(name) ?? []).filter(({ sql }) => !sql).map((column) => ({ column, name, isInAll })),
    );
    const hasCustom = fields.some(({ name }) => resource.fields[name]?.stored);
    const next = traceCount + 1 + columns.length;
    const arrays = [
      ...columns.map(({ column }, i) => `$${traceCount + 1 + i}::${arrayType(column.type)}`),
      ...(hasCustom ? [`$${next}::text[]`, `$${next + 1}::text[]`] : []),
    ];
    const names = [...columns.map((_, i) => `v${i}`), ...(hasCustom ? ['gone', 'added'] : [])];
    const last = next + (hasCustom ? 2 : 0);
    const sets = columns.map(({ column, name, isInAll }, i) => `${column.name} = ${picked(column, `v${i}`, isInAll ? null : name)}`);
    if (hasCustom) sets.push(`custom = (t.custom - array(select jsonb_array_elements_text(given.gone::jsonb))) || given.added::jsonb`);
    const { head, from } = guarded(resource, last);
    const written = fields.map(({ name }) => name);
    const indexed = fieldsTouched(resource, written);
    const isWhole = needsWholeRows(resource) || hasScopes(indexed);
    const back = isWhole ? 't.*' : indexed.length > 0 ? 't.id, t.version, t.custom' : 't.id, t.version';
    const figures = `${keptSql(resource, written)}${staleSql(resource, { verb: 'updated', names: written })}`;
    return `with ${head}${given(arrays, names)}
, changed as (update ${resource.table} t set version = t.version + 1, updated_at = $2, ${sets.join(', ')} from given
  where t.tenant_id = $1 and t.id = given.id${from ? ` and exists (select ${from})` : ''} returning ${back})${trace(resource, 'updated')}${indexSql(indexed, `$${last + 1}`)}${figures}
select changed.id, changed.version from changed`;
  });
}

/** `field`: where only some rows set it, by what name their changes tell so. */
function picked({ name, type }: Column, from: string, field: string | null): string {
  const value = type === 'jsonb' ? `given.${from}::jsonb` : `given.${from}`;
  return field === null ? value : `case when given.kept ? '${field.replaceAll("'", "''")}' then ${value} else t.${name} end`;
}

export function deleteManyStatement(resource: Resource): Statement {
  return cached(
    resource,
    'delete many',
    () => `with ${given()}
, changed as (delete from ${resource.table} t using given where t.tenant_id = $1 and t.id = given.id returning ${needsWholeRows(resource) ? 't.*' : 't.id, t.version'})
, refs as (delete from kernel.external_refs e using changed where e.tenant_id = $1 and e.record_id = changed.id)${unindexSql(indexedFields(resource))}${unkeepSql(resource)}${staleSql(resource, { verb: 'deleted' })}${trace(resource, 'deleted')}
select id from changed`,
  );
}
