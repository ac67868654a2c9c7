import type { SelectQueryBuilder } from 'typeorm';
import { actorParam, filterCondition, filterFor, rowFilter, type BindActor, type RowFilter } from '../access/scope.js';
import { calculatedColumns, columnSql, fromColumns, kindCondition, resourceColumns, tableColumns } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import { snake } from '../resource/names.js';
import type { Connection } from './connection.js';

type PlainRow = Record<string, unknown>;
export interface Find {
  readonly where: Readonly<Record<string, unknown>>;
  readonly orderBy?: readonly string[];
  readonly limit?: number;
  readonly lock?: 'wait' | 'skip';
}

const base: Readonly<Record<string, string>> = { id: 'id', version: 'version', createdAt: 'created_at', updatedAt: 'updated_at' };

/** The row as use-cases see it, from columns. */
export function rowFrom(resource: Resource, columns: Readonly<PlainRow>): PlainRow {
  const row: PlainRow = {
    id: columns['id'],
    version: columns['version'],
    createdAt: columns['created_at'],
    updatedAt: columns['updated_at'],
  };
  for (const [name, field] of Object.entries(resource.fields)) row[name] = fromColumns(name, field, columns);
  return row;
}

/** Parameters of a hand-written statement that go on with the actor's values after those given. */
export function actorParams({ actor }: Pick<Connection, 'actor'>, given: readonly unknown[]): { bind: BindActor; values: unknown[] } {
  const values = [...given];
  const known = new Map<string, string>();
  const bind: BindActor = (value, cast) => {
    const place = known.get(value) ?? `$${values.push(actorParam(actor, value))}::${cast}`;
    known.set(value, place);
    return place;
  };
  return { bind, values };
}

/** Which rows of `resource` this connection's actor may see. */
export function visible(resource: Resource, connection: Connection): RowFilter {
  const own = connection.ownNoun;
  if (own && own.noun === resource.name) return filterFor(resource, connection.actor, own);
  return rowFilter(resource, connection.actor, `${resource.name}:read`);
}

/** Runs a query TypeORM builds from the resource's entity on the transaction's own connection. */
export async function findRows(resource: Resource, connection: Connection, find: Find): Promise<PlainRow[]> {
  const filter = visible(resource, connection);
  if (filter.kind === 'none') return [];
  const query = start(resource, connection, filter, find.where).select(columnList(resource));
  for (const key of find.orderBy ?? ['id'])
    query.addOrderBy(columnOf(resource, key.replace(/^-/, '')), key.startsWith('-') ? 'DESC' : 'ASC');
  if (find.limit !== undefined) query.limit(find.limit);
  const [text, values] = query.getQueryAndParameters();
  const { rows } = await connection.client.query<PlainRow>(text + lockClause(find.lock), values);
  return rows.map((row) => rowFrom(resource, row));
}

export async function countRows(resource: Resource, connection: Connection, where: Find['where']): Promise<number> {
  const filter = visible(resource, connection);
  if (filter.kind === 'none') return 0;
  const [text, values] = start(resource, connection, filter, where).select('count(*)::integer', 'count').getQueryAndParameters();
  const { rows } = await connection.client.query<{ count: number }>(text, values);
  return rows[0]?.count ?? 0;
}

const lockClause = (lock: Find['lock']) => (lock === 'wait' ? ' for update' : lock === 'skip' ? ' for update skip locked' : '');

const selections = new WeakMap<Resource, string[]>();
function columnList(resource: Resource): string[] {
  const known = selections.get(resource);
  if (known) return known;
  const names = [...Object.values(base), ...tableColumns(resource).map((c) => c.name)];
  const list = [...names.map((name) => `t.${name} as ${name}`), ...calculatedColumns(resource, 't')];
  selections.set(resource, list);
  return list;
}

function start(resource: Resource, connection: Connection, filter: RowFilter, where: Find['where']): SelectQueryBuilder<PlainRow> {
  const query = queryOf(resource, connection).where(`t.tenant_id = :tenant${kindCondition(resource, 't')}`, {
    tenant: connection.tenantId,
  });
  const bind: BindActor = (value, cast) => {
    query.setParameter(value.replaceAll('+', '_'), actorParam(connection.actor, value));
    return `:${value.replaceAll('+', '_')}::${cast}`;
  };
  const reached = filterCondition(filter, 't', ':tenant', bind);
  if (reached) query.andWhere(reached);
  Object.entries(where).forEach(([key, value], i) => {
    const column = columnOf(resource, key);
    // An undefined value must never mean "no condition".
    if (value === undefined) throw new Error(`${resource.name}.${key} is undefined in a where.`);
    if (value === null) query.andWhere(`${column} is null`);
    else if (Array.isArray(value)) query.andWhere(`${column} = any(:p${i})`, { [`p${i}`]: value });
    else query.andWhere(`${column} = :p${i}`, { [`p${i}`]: value });
  });
  return query;
}

/** TypeORM knows the entities of the product; rows of a tenant's own objects are found in the table they share. */
const queryOf = ({ name, table, within }: Resource, { source }: Connection): SelectQueryBuilder<PlainRow> =>
  within ? source.createQueryBuilder().from<PlainRow>(table, 't') : source.createQueryBuilder<PlainRow>(name, 't');

function columnOf(resource: Resource, name: string): string {
  const own = Object.hasOwn(base, name) ? base[name] : undefined;
  const column = own === undefined ? resourceColumns(resource).get(name)?.[0] : { name: own };
  if (!column) throw new Error(`${resource.name} has no field "${name}" (${snake(name)}).`);
  return columnSql(column, 't');
}
