import { createHash } from 'node:crypto';
import { hasPersonal } from '../audit/changes.js';
import { originColumns } from '../audit/trace.js';
import { fieldsTouched, guardSql, hasScopes, indexedFields, indexParam, indexSql, unindexSql } from './own-fields.js';
import { keptSql, needsWholeRows, staleSql, unkeepSql } from './kept-figures.js';
import { calculatedColumns, resourceColumns, tableColumns, type Column } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Freshness } from '../resource/figures.js';

/** Statements with a fixed text per resource, so that PostgreSQL plans each of them once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const named = (text: string): Statement => ({ name: `k_${createHash('sha1').update(text).digest('base64url')}`, text });

const cache = new WeakMap<Resource, Map<string, Statement>>();
export const cached = (resource: Resource, key: string, make: () => string): Statement => {
  const map = cache.get(resource) ?? new Map<string, Statement>();
  cache.set(resource, map);
  const known = map.get(key) ?? named(make());
  map.set(key, known);
  return known;
};

/** Nothing is written by definitions that have changed since. */
export const guarded = ({ metadata }: Resource, place: number) =>
  metadata === undefined ? { head: '', from: '' } : { head: `${guardSql(`$${place}`)}, `, from: 'from guard' };

/** The last parameters of what writes a resource with fields of a tenant's own: its version, and which of the fields are indexed. */
export function ownParams(resource: Resource, names?: readonly string[]): unknown[] {
  const indexed = names ? fieldsTouched(resource, names) : indexedFields(resource);
  return [...(resource.metadata === undefined ? [] : [resource.metadata]), ...(indexed.length === 0 ? [] : [indexParam(indexed)])];
}

/** The rows written, with what is worked out from them. */
const written = (resource: Resource, as: Freshness) =>
  `select ${['changed.*', ...calculatedColumns(resource, 'changed', as)].join(', ')} from changed`;

/** What goes with rows that are written as `changed`: values in indexes, and figures that follow. */
const besides = (resource: Resource, place: string, names: readonly string[] | null): string => {
  const indexed = names === null ? indexedFields(resource) : fieldsTouched(resource, names);
  const stale = staleSql(resource, names === null ? { verb: 'created' } : { verb: 'updated', names });
  return `${indexSql(indexed, place)}${keptSql(resource, names)}${stale}`;
};

/** What tells the rows of a shared table apart, as a column and its value. */
const kindOf = ({ within }: Resource) => (within ? [{ name: within.column, value: `'${within.value}'` }] : []);

/** Audit and event of one changed row, in the same statement as the change. Parameters $1 … $21 belong to `ResourceRepo.write`. */
const trace = (action: string) => `
, audit as (insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, changes, request_id, ${originColumns}, personal)
  select $1, $2, $3, $4, $5, $6, $7, changed.id, '${action}', $8::jsonb, $9, $15, $16, $17, $18, $19, $20, $21 from changed)
, event as (insert into kernel.outbox (tenant_id, id, type, subject_resource, subject_id, payload, actor, cause, occurred_at)
  select $1, $10, $11, $7, changed.id, jsonb_build_object('id', changed.id, 'version', changed.version, 'changed', $12::jsonb), $13::jsonb, $14::jsonb, $2 from changed)`;
const traceCount = 21;

/** A new record that tells of a person brings its key. */
const keyOf = (place: string) => `
, vault as (insert into kernel.record_keys (tenant_id, record_id, key) select $1, changed.id, ${place} from changed)`;

export function insertStatement(resource: Resource): Statement {
  return cached(resource, 'insert', () => {
    const columns = tableColumns(resource);
    const kind = kindOf(resource);
    const names = ['tenant_id', 'id', 'created_at', 'updated_at', ...kind.map((c) => c.name), ...columns.map((c) => c.name)];
    const values = [
      '$1',
      `$${traceCount + 1}`,
      '$2',
      '$2',
      ...kind.map((c) => c.value),
      ...columns.map((_, i) => `$${traceCount + 2 + i}`),
    ];
    const end = traceCount + 2 + columns.length;
    const key = hasPersonal(resource) ? keyOf(`$${end}`) : '';
    const next = end + (key === '' ? 0 : 1);
    const { head, from } = guarded(resource, next);
    const source = from ? `select ${values.join(', ')} ${from}` : `values (${values.join(', ')})`;
    const more = besides(resource, `$${next + 1}`, null);
    return `with ${head}changed as (insert into ${resource.table} (${names.join(', ')}) ${source} returning *)${key}${trace('created')}${more} ${written(resource, 'new')}`;
  });
}

/** Sets exactly the columns of the named fields. Those kept in `custom` are its last two parameters: members that go, and members that are set. */
export function updateStatement(resource: Resource, fieldNames: readonly string[]): Statement {
  return cached(resource, `update ${fieldNames.join(',')}`, () => {
    const columns = fieldNames.flatMap((name) => resourceColumns(resource).get(name) ?? []).filter(({ sql }) => !sql);
    const next = traceCount + 2 + columns.length;
    const custom = fieldNames.some((name) => resource.fields[name]?.stored)
      ? [`custom = (custom - $${next}::text[]) || $${next + 1}::jsonb`]
      : [];
    const last = next + (custom.length === 0 ? 0 : 2);
    const { head, from } = guarded(resource, last);
    const more = besides(resource, `$${last + 1}`, fieldNames);
    const sets = [...columns.map((c, i) => `${c.name} = $${traceCount + 2 + i}`), ...custom];
    return `with ${head}changed as (update ${resource.table} set version = version + 1, updated_at = $2, ${sets.join(', ')} where tenant_id = $1 and id = $${traceCount + 1}${from ? ` and exists (select ${from})` : ''} returning *)${trace('updated')}${more} ${written(resource, 'changed')}`;
  });
}

export function deleteStatement(resource: Resource): Statement {
  return cached(
    resource,
    'delete',
    () =>
      `with changed as (delete from ${resource.table} where tenant_id = $1 and id = $${traceCount + 1} returning *)
, refs as (delete from kernel.external_refs e using changed where e.tenant_id = $1 and e.record_id = changed.id)${unindexSql(indexedFields(resource))}${unkeepSql(resource)}${staleSql(resource, { verb: 'deleted' })}${trace('deleted')} select id from changed`,
  );
}

export interface ManyOptions {
  /** Whether each row tells of itself. */
  readonly events: 'each' | 'none';
  /** `ids`: nothing but the ids is sent back. */
  readonly answer: 'rows' | 'ids';
  /** `each`: every row is written for a request of its own. */
  readonly callers?: 'each';
  /** Columns, by place, that are null in all rows: no array of theirs is sent. */
  readonly blank?: ReadonlySet<number>;
}

/** Many rows from arrays, one array a column. */
export function insertManyStatement(resource: Resource, { events, answer, callers, blank = new Set() }: ManyOptions): Statement {
  return cached(resource, `insert many ${events} ${answer} ${callers ?? ''} ${[...blank].join()}`, () => {
    const all = tableColumns(resource);
    const kind = kindOf(resource);
    const names = [...kind.map((c) => c.name), 'id', ...all.map((c) => c.name)];
    const picks = [...kind.map((c) => c.value), 'given.id', ...all.map((c, i) => (blank.has(i) ? 'null' : picked(c)))];
    const isSealed = hasPersonal(resource);
    const { given, next } = givenRows(
      all.filter((_, i) => !blank.has(i)),
      { isSealed, callers },
    );
    const from = callers === 'each' ? fromCallers : fromCall;
    const vault = isSealed ? keyOf('given.record_key').replace('from changed', 'from changed join given using (id)') : '';
    const guard = guarded(resource, next);
    const more = besides(resource, `$${next + 1}`, null);
    const back = answer === 'rows' ? '*' : idsOrMore(resource, more !== '');
    return `with ${guard.head}${given}
, changed as (insert into ${resource.table} (tenant_id, created_at, updated_at, ${names.join(', ')}) select $1, $2, $2, ${picks.join(', ')} from given${guard.from ? ` where exists (select ${guard.from})` : ''} returning ${back})
, audit as (insert into kernel.audit_entries (tenant_id, at, actor_kind, actor_id, actor_label, command, resource, record_id, action, changes, request_id, ${originColumns}, personal)
  select $1, $2, $3, $4, $5, $6, $7, changed.id, 'created', given.changes::jsonb, ${from.request}, ${from.origin}, $18, ${isSealed ? 'given.personal' : 'null'} from changed join given using (id))${vault}${events === 'each' ? eventOfEach(from) : ''}${more}
${answer === 'rows' ? written(resource, 'new') : 'select changed.id from changed'}${events === 'none' ? ' where $12::text is not null' : ''}`;
  });
}

/** What the rest of the statement needs of the rows, where only their ids are sent back. */
const idsOrMore = (resource: Resource, hasBesides: boolean): string =>
  needsWholeRows(resource) || hasScopes(indexedFields(resource)) ? '*' : hasBesides ? 'id, custom' : 'id';

const picked = ({ name, type }: Column) => (type === 'jsonb' ? `given.${name}::jsonb` : `given.${name}`);

const eventOfEach = (from: typeof fromCall) => `
, event as (insert into kernel.outbox (tenant_id, id, type, subject_resource, subject_id, payload, actor, cause, occurred_at)
  select $1, given.event_id, $12, $7, changed.id, jsonb_build_object('id', changed.id, 'version', 1, 'changed', ${from.told}),
    jsonb_build_object('kind', $3::text, 'id', $4::uuid, 'label', $5::text), ${from.cause}, $2 from changed join given using (id))`;

/** The rows as the arrays give them, and the first parameter behind those. */
function givenRows(
  columns: readonly Column[],
  { isSealed, callers }: { readonly isSealed: boolean; readonly callers: 'each' | undefined },
) {
  const own = callers === 'each' ? callerColumns : [];
  const first = manyCount + own.filter(({ place }) => place > manyCount).length + 1;
  const behind = [
    ...(isSealed ? ['personal', 'record_key'] : []).map((name) => ({ name, type: 'bytea' })),
    ...columns.map(({ name, type }) => ({ name, type: type === 'jsonb' ? 'text' : type })),
  ];
  const arrays = [
    { name: 'id', place: 9, type: 'uuid' },
    { name: 'changes', place: 10, type: 'text' },
    { name: 'event_id', place: 11, type: 'uuid' },
    ...own,
    ...behind.map((column, i) => ({ ...column, place: first + i })),
  ];
  const unnested = arrays.map(({ place, type }) => `$${place}::${type}[]`).join(', ');
  const given = `given as (select * from unnest(${unnested}) as given (${arrays.map(({ name }) => name).join(', ')}))`;
  return { given, next: first + behind.length };
}

/** The parameters of `insertManyStatement` before those of sealed values and columns. */
const manyCount = 18;

/** What each row is told to be written for, where they are not all written for one request: parameters that are arrays then. */
const callerColumns = [
  { name: 'for_request', place: 8, type: 'text' },
  { name: 'for_owner', place: 13, type: 'uuid' },
  { name: 'for_reason', place: 14, type: 'text' },
  { name: 'for_ip', place: 15, type: 'text' },
  { name: 'for_client', place: 16, type: 'text' },
  { name: 'for_correlation', place: 17, type: 'text' },
  { name: 'for_told', place: 19, type: 'text' },
  { name: 'for_cause', place: 20, type: 'text' },
];
const fromCallers = {
  request: 'given.for_request',
  origin: 'given.for_owner, given.for_reason, given.for_ip, given.for_client, given.for_correlation',
  told: 'given.for_told::jsonb',
  cause: 'given.for_cause::jsonb',
};
const fromCall = {
  request: '$8',
  origin: '$13, $14, $15, $16, $17',
  told: `'[]'::jsonb`,
  cause: `jsonb_build_object('command', $6::text)`,
};

export const arrayType = (type: string) => (type === 'jsonb' ? 'text[]' : `${type}[]`);
