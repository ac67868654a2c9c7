import { invalid } from '../errors/domain-error.js';
import { isMasked } from '../access/field-rights.js';
import type { Resource } from '../resource/define-resource.js';
import type { Inverse } from '../resource/registry.js';
import { refersSql, refSql } from '../resource/columns.js';
import { aggregateJson } from './aggregate.js';
import { baseJson, fieldJson } from './field-sql.js';
import { filterSql } from './filter.js';
import { groupsSql } from './groups.js';
import { constantJson, listJson, objectJson, orNull, textJson, textOf, type Json, type Member } from './json-text.js';
import { refuseUnindexed } from './indexed.js';
import { idLeaf } from './leaves.js';
import { largestPage, pageOf, pageSql, type Page } from './page.js';
import type {
  EdgeItem,
  ListItem,
  ListSelection,
  NodesSelection,
  ObjectItem,
  ObjectSelection,
  Part,
  PageInfoField,
  RootSelection,
} from './selection.js';
import { cursorPayload } from './order.js';
import type { StatementWriter } from './statement.js';
import { isAbsent, type Val } from './values.js';

const made = (sql: string): Json => [{ sql }];
const flag = (condition: string): Json => made(`case when ${condition} then 'true' else 'false' end`);

/** The whole read as one statement whose single value is the answer's JSON text. */
export function readStatement(writer: StatementWriter, roots: readonly RootSelection[]): string {
  const text = `select ${textOf(objectJson(roots.map((root) => ({ key: root.key, value: rootJson(writer, root) }))))} as data`;
  // A list of which nothing but `__typename` is wanted reads no table; its parameter must occur all the same.
  return text.includes(writer.tenant) ? text : `${text} where ${writer.tenant}::uuid is not null`;
}

function rootJson(writer: StatementWriter, root: RootSelection): Json {
  switch (root.kind) {
    case 'constant':
      return constantJson(root.value);
    case 'nothing':
      return constantJson(null);
    case 'list':
      return wholeListJson(writer, root.list);
    case 'one':
      return oneJson(writer, root.selection, (t) => `${t}.id = ${idOf(writer, root.id)}`, 1);
    case 'nodes':
      return nodesJson(writer, root);
  }
}

/** What fields may be asked about is said first: that is why the list is written before it is looked at. */
function wholeListJson(writer: StatementWriter, list: ListSelection): Json {
  const json = listOf(writer, { list, join: null, rows: 1 });
  refuseUnindexed(writer.registry, list);
  // How common a value is decides which index is best: such a statement is planned anew each time.
  if (list.resource.large && !isAbsent(list.page.filter)) writer.dependsOnValues = true;
  return json;
}

/** An id that is no id names nothing; it is not an error to ask for it. */
const asId = (value: unknown) => {
  try {
    return idLeaf.convert(value);
  } catch {
    return null;
  }
};
const idOf = (writer: StatementWriter, id: Val) => writer.leaf(id, 'uuid', asId);

const idsOf = (writer: StatementWriter, ids: Val) =>
  ids.from === 'list'
    ? `array[${ids.items.map((id) => idOf(writer, id)).join(', ')}]::uuid[]`
    : writer.leaf(ids, 'uuid[]', (value) => (Array.isArray(value) ? value : [value]).map(asId));

/** One answer an id, in their order; null where there is no such row, or none to be seen. */
function nodesJson(writer: StatementWriter, { ids, count, selections }: NodesSelection): Json {
  if (count > largestPage) throw invalid('paging.size_out_of_range', `At most ${largestPage} ids can be asked for at once.`);
  writer.cost += count;
  const asked = idsOf(writer, ids);
  const found = selections.map((selection) => {
    const t = writer.alias();
    const body = bodySql(writer, selection, { alias: t, rows: count });
    return `select ${t}.id, ${body} as body from ${selection.resource.table} ${t} where ${writer.walls(selection.resource, t)} and ${t}.id = any(${asked})`;
  });
  const rows = found.length > 0 ? found.join(' union all ') : 'select null::uuid as id, null as body';
  return made(
    `(select ${textOf(listJson(`coalesce(f.body, 'null')`, { order: 'a.n' }))} from unnest(${asked}) with ordinality a (id, n) left join (${rows}) f on f.id = a.id)`,
  );
}

function oneJson(writer: StatementWriter, selection: ObjectSelection, join: (alias: string) => string, rows: number): Json {
  const t = writer.alias();
  writer.cost += rows;
  const body = bodySql(writer, selection, { alias: t, rows });
  return orNull(`(select ${body} from ${selection.resource.table} ${t} where ${writer.walls(selection.resource, t)} and ${join(t)})`);
}

/** Where a selection is written: the alias of its table, and how many rows it may be written for. */
interface Place {
  readonly alias: string;
  readonly rows: number;
}

/** One row's JSON as an expression of type text. */
function bodySql(writer: StatementWriter, selection: ObjectSelection, place: Place): string {
  return textOf(objectJson(selection.items.map((item) => ({ key: item.key, value: itemJson(writer, selection.resource, item, place) }))));
}

function itemJson(writer: StatementWriter, resource: Resource, item: ObjectItem, { alias, rows }: Place): Json {
  switch (item.kind) {
    case 'constant':
      return constantJson(item.value);
    case 'base':
      return baseJson(item.name, alias);
    case 'field':
      writer.show(resource, item.name);
      return shownJson(writer, resource, item, alias);
    case 'can':
      return made(`array_to_json(${writer.verbs(resource, alias)})`);
    case 'names':
      // Names in other systems, of which the field `externalRef` is the first.
      writer.ask(resource, 'externalRef');
      return namesJson(writer, item.parts, alias);
    case 'one':
      writer.show(resource, item.refField);
      return oneJson(writer, item.selection, (t) => `${t}.id = ${refSql(resource, item.refField, alias)}`, rows);
    case 'many':
      writer.show(item.inverse.from, item.inverse.refField);
      return listOf(writer, { list: item.list, join: (t) => pointsAt(writer, item.inverse, { t, alias }), rows });
  }
}

const pointsAt = (writer: StatementWriter, { from, refField }: Inverse, { t, alias }: { t: string; alias: string }): string =>
  refersSql(from, refField, t, { id: `${alias}.id`, tenant: writer.tenant, field: (id) => writer.constant(id, 'uuid') });

/** What is sensitive says of which record it was shown; a mask shows nothing. */
function shownJson(
  writer: StatementWriter,
  resource: Resource,
  { name, parts }: Extract<ObjectItem, { kind: 'field' }>,
  alias: string,
): Json {
  const masked = isMasked(writer.actor, resource, name);
  const told = (column: string) => writer.told(resource, name, { alias, column });
  const json = fieldJson(resource, name, { alias, parts, masked, told });
  if (masked || !resource.fields[name]?.options.sensitive) return json;
  writer.isSensitive = true;
  return [{ sql: `kernel.saw('${resource.name}.${name}', ${alias}.id)` }, ...json];
}

const nameColumns: Readonly<Record<string, string>> = { system: 'system', externalId: 'external_id' };

function namesJson(writer: StatementWriter, parts: readonly Part[], alias: string): Json {
  const e = writer.alias();
  const members = parts.map(({ key, part }) => ({
    key,
    value: typeof part === 'string' ? orNull(textJson(`${e}.${nameColumns[part] ?? 'system'}`)) : constantJson(part.value),
  }));
  const names = listJson(textOf(objectJson(members)), { order: `${e}.system` });
  return made(
    `(select ${textOf(names)} from kernel.external_refs ${e} where ${e}.tenant_id = ${writer.tenant} and ${e}.record_id = ${alias}.id)`,
  );
}

type Join = ((alias: string) => string) | null;
/** A list and the parent row its rows belong to, if any. */
interface Listed {
  readonly list: ListSelection;
  readonly join: Join;
  /** Times it may be written: once a parent row. */
  readonly rows: number;
}

function listOf(writer: StatementWriter, listed: Listed): Json {
  const { items } = listed.list;
  const onlyNodes = items.every((item) => item.kind === 'nodes' || item.kind === 'constant') && items.some((item) => item.kind === 'nodes');
  return onlyNodes ? nodesOnly(writer, listed) : pagedJson(writer, listed);
}

function nodesOnly(writer: StatementWriter, listed: Listed): Json {
  const { list } = listed;
  const members = list.items.map((item): Member => {
    if (item.kind !== 'nodes') return { key: item.key, value: constantJson(item.kind === 'constant' ? item.value : '') };
    const page = pageOf(writer, list);
    const t = writer.alias();
    const where = whereSql(writer, listed, t);
    const body = bodySql(writer, item.selection, { alias: t, rows: count(writer, listed.rows, page) });
    const rows = `select ${t}.* from ${pageSql(page, { table: list.resource.table, alias: t, where, isWhole: listed.join === null }, 0)}`;
    const source = page.backward ? `select ${t}.*, row_number() over () as rn from (${rows}) ${t}` : rows;
    const nodes = listJson(body, page.backward ? { order: `${t}.rn desc` } : {});
    return { key: item.key, value: made(`(select ${textOf(nodes)} from (${source}) ${t})`) };
  });
  return objectJson(members);
}

function count(writer: StatementWriter, rows: number, page: Page): number {
  const total = rows * page.size;
  writer.cost += total;
  return total;
}

function whereSql(writer: StatementWriter, { list, join }: Listed, alias: string): string {
  const filter = filterSql(writer, list.resource, alias, list.page.filter);
  // Nothing but the order decides how a whole list is read: its index is the best way in every tenant.
  const tenant = join === null && isAbsent(list.page.filter) ? writer.anyTenant : writer.tenant;
  return [writer.walls(list.resource, alias, tenant), join?.(alias), filter].filter(Boolean).join(' and ');
}

/** A page whose rows are fetched once, with one row more to know whether there is another page. */
function pagedJson(writer: StatementWriter, listed: Listed): Json {
  const { list } = listed;
  const wantsRows = list.items.some((item) => item.kind === 'nodes' || item.kind === 'edges' || item.kind === 'pageInfo');
  const page = wantsRows ? pageOf(writer, list) : null;
  const answer = objectJson(list.items.map((item) => ({ key: item.key, value: listItemJson(writer, listed, page, item) })));
  if (!page) return answer;
  const t = writer.alias();
  const total = count(writer, listed.rows, page);
  const bodies = list.items.flatMap((item, i) => bodiesSql(writer, item, { alias: t, rows: total }, i));
  const payload = `${cursorPayload(page.keys, t)} as payload`;
  const source = { table: list.resource.table, alias: t, where: whereSql(writer, listed, t), isWhole: listed.join === null };
  const inner = `select ${t}.* from ${pageSql(page, source, 1)}`;
  // The page bears its table's alias: bodies are made of the page's rows only, never of the whole table.
  const numbered = `select ${[...bodies, payload, 'row_number() over () as rn'].join(', ')} from (${inner}) ${t}`;
  // One answer, even when nothing of the page itself is in it.
  return made(`(select ${textOf(answer)} from (${numbered}) p having true)`);
}

function bodiesSql(writer: StatementWriter, item: ListItem, place: Place, i: number): string[] {
  if (item.kind === 'nodes') return [`${bodySql(writer, item.selection, place)} as body${i}`];
  if (item.kind !== 'edges') return [];
  return item.items.flatMap((edge, k) => (edge.kind === 'node' ? [`${bodySql(writer, edge.selection, place)} as body${i}_${k}`] : []));
}

function listItemJson(writer: StatementWriter, listed: Listed, page: Page | null, item: ListItem): Json {
  const { list } = listed;
  switch (item.kind) {
    case 'constant':
      return constantJson(item.value);
    case 'totalCount':
      return totalJson(writer, listed);
    case 'aggregate':
      return aggregateJson(writer, list.resource, item.items, (t) => whereSql(writer, listed, t));
    case 'groups':
      return made(
        groupsSql(writer, { resource: list.resource, groups: item, rows: listed.rows, where: (t) => whereSql(writer, listed, t) }),
      );
    default:
      return page ? rowsJson(list, page, item) : constantJson(null);
  }
}

function totalJson(writer: StatementWriter, listed: Listed): Json {
  const t = writer.alias();
  return made(`(select count(*)::integer from ${listed.list.resource.table} ${t} where ${whereSql(writer, listed, t)})`);
}

function rowsJson(list: ListSelection, page: Page, item: Extract<ListItem, { kind: 'nodes' | 'edges' | 'pageInfo' }>): Json {
  const i = list.items.indexOf(item);
  const within = { order: `p.rn ${page.backward ? 'desc' : 'asc'}`, filter: `p.rn <= ${page.limit(0)}` };
  if (item.kind === 'nodes') return listJson(`p.body${i}`, within);
  if (item.kind === 'edges') return listJson(edgeSql(item.items, i, page), within);
  return objectJson(
    item.items.map((info) => ({
      key: info.key,
      value: info.kind === 'constant' ? constantJson(info.value) : pageInfoJson(page, info.name),
    })),
  );
}

function pageInfoJson(page: Page, name: PageInfoField): Json {
  const more = () => flag(`bool_or(p.rn > ${page.limit(0)})`);
  const end = (last: boolean) =>
    orNull(textJson(page.cursor(`(array_agg(p.payload order by p.rn${last ? ' desc' : ''}) filter (where p.rn <= ${page.limit(0)}))[1]`)));
  switch (name) {
    case 'hasNextPage':
      return page.backward ? flag(String(page.bounded)) : more();
    case 'hasPreviousPage':
      return page.backward ? more() : flag(String(page.bounded));
    case 'startCursor':
      return end(page.backward);
    case 'endCursor':
      return end(!page.backward);
  }
}

function edgeSql(items: readonly EdgeItem[], i: number, page: Page): string {
  const value = (edge: EdgeItem, k: number): Json => {
    if (edge.kind === 'constant') return constantJson(edge.value);
    return edge.kind === 'node' ? made(`p.body${i}_${k}`) : orNull(textJson(page.cursor('p.payload')));
  };
  return textOf(objectJson(items.map((edge, k) => ({ key: edge.key, value: value(edge, k) }))));
}
