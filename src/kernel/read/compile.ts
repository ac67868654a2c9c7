import { invalid } from '../errors/domain-error.js';
import { isMasked } from '../access/field-rights.js';
import type { Resource } from '../resource/define-resource.js';
import { snake } from '../resource/names.js';
import { aggregateSql } from './aggregate.js';
import { baseColumn, fieldExpression, literal, quote } from './field-sql.js';
import { filterSql } from './filter.js';
import { groupsSql } from './groups.js';
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
import type { Val } from './values.js';

const emptyList = `'[]'::json`;
const object = (columns: readonly string[]) => `(select row_to_json(o.*) from (select ${columns.join(', ')}) o)`;
const as = (expression: string, key: string) => `${expression} as ${quote(key)}`;

/** The whole read as one statement whose single value is the answer's JSON text. */
export function readStatement(writer: StatementWriter, roots: readonly RootSelection[]): string {
  return `select row_to_json(q.*)::text as data from (select ${roots.map((root) => as(rootSql(writer, root), root.key)).join(', ')}) q`;
}

function rootSql(writer: StatementWriter, root: RootSelection): string {
  switch (root.kind) {
    case 'constant':
      return literal(root.value);
    case 'nothing':
      return 'null::json';
    case 'list':
      return listSql(writer, { list: root.list, join: null, rows: 1 });
    case 'one':
      return oneSql(writer, root.selection, (t) => `${t}.id = ${idOf(writer, root.id)}`, 1);
    case 'nodes':
      return nodesSql(writer, root);
  }
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
function nodesSql(writer: StatementWriter, { ids, count, selections }: NodesSelection): string {
  if (count > largestPage) throw invalid('paging.size_out_of_range', `At most ${largestPage} ids can be asked for at once.`);
  writer.cost += count;
  const asked = idsOf(writer, ids);
  const found = selections.map((selection) => {
    const t = writer.alias();
    const body = object([columnsSql(writer, selection, { alias: t, rows: count })]);
    return `select ${t}.id, ${body} as body from ${selection.resource.table} ${t} where ${writer.walls(selection.resource, t)} and ${t}.id = any(${asked})`;
  });
  const rows = found.length > 0 ? found.join(' union all ') : 'select null::uuid as id, null::json as body';
  return `(select coalesce(json_agg(f.body order by a.n), ${emptyList}) from unnest(${asked}) with ordinality a (id, n) left join (${rows}) f on f.id = a.id)`;
}

function oneSql(writer: StatementWriter, selection: ObjectSelection, join: (alias: string) => string, rows: number): string {
  const t = writer.alias();
  writer.cost += rows;
  return `(select row_to_json(o.*) from (select ${columnsSql(writer, selection, { alias: t, rows })} from ${selection.resource.table} ${t} where ${writer.walls(selection.resource, t)} and ${join(t)}) o)`;
}

/** Where a selection is written: the alias of its table, and how many rows it may be written for. */
interface Place {
  readonly alias: string;
  readonly rows: number;
}

function columnsSql(writer: StatementWriter, selection: ObjectSelection, place: Place): string {
  return selection.items.map((item) => as(itemSql(writer, selection.resource, item, place), item.key)).join(', ');
}

function itemSql(writer: StatementWriter, resource: Resource, item: ObjectItem, { alias, rows }: Place): string {
  switch (item.kind) {
    case 'constant':
      return literal(item.value);
    case 'base':
      return baseColumn(item.name, alias);
    case 'field':
      writer.show(resource, item.name);
      return fieldExpression(resource, item.name, { alias, parts: item.parts, masked: isMasked(writer.actor, resource, item.name) });
    case 'names':
      return namesSql(writer, item.parts, alias);
    case 'one':
      writer.show(resource, item.refField);
      return oneSql(writer, item.selection, (t) => `${t}.id = ${alias}.${snake(item.refField)}`, rows);
    case 'many':
      writer.show(item.inverse.from, item.inverse.refField);
      return listSql(writer, { list: item.list, join: (t) => `${t}.${snake(item.inverse.refField)} = ${alias}.id`, rows });
  }
}

const nameColumns: Readonly<Record<string, string>> = { system: 'system', externalId: 'external_id' };

function namesSql(writer: StatementWriter, parts: readonly Part[], alias: string): string {
  const e = writer.alias();
  const columns = parts.map(({ key, part }) =>
    as(typeof part === 'string' ? `${e}.${nameColumns[part] ?? 'system'}` : literal(part.value), key),
  );
  const source = `select ${columns.join(', ')} from kernel.external_refs ${e} where ${e}.tenant_id = ${writer.tenant} and ${e}.record_id = ${alias}.id order by ${e}.system`;
  return `(select coalesce(json_agg(row_to_json(n.*)), ${emptyList}) from (${source}) n)`;
}

type Join = ((alias: string) => string) | null;
/** A list and the parent row its rows belong to, if any. */
interface Listed {
  readonly list: ListSelection;
  readonly join: Join;
  /** Times it may be written: once a parent row. */
  readonly rows: number;
}

function listSql(writer: StatementWriter, listed: Listed): string {
  const { list } = listed;
  const onlyNodes =
    list.items.length > 0 &&
    list.items.every((item) => item.kind === 'nodes' || item.kind === 'constant') &&
    list.items.some((item) => item.kind === 'nodes');
  const columns = onlyNodes ? nodesOnly(writer, listed) : [];
  if (onlyNodes) return object(columns);
  return pagedSql(writer, listed);
}

function nodesOnly(writer: StatementWriter, listed: Listed): string[] {
  const { list } = listed;
  return list.items.map((item) => {
    if (item.kind !== 'nodes') return as(literal(item.kind === 'constant' ? item.value : ''), item.key);
    const page = pageOf(writer, list);
    const t = writer.alias();
    const where = whereSql(writer, listed, t);
    const columns = columnsSql(writer, item.selection, { alias: t, rows: count(writer, listed.rows, page) });
    const inner = `select ${columns} from ${pageSql(page, { table: list.resource.table, alias: t, where }, 0)}`;
    const order = page.backward ? ' order by n.rn desc' : '';
    const numbered = page.backward ? `select row_number() over () as rn, row_to_json(b.*) as body from (${inner}) b` : '';
    const source = page.backward
      ? `select coalesce(json_agg(n.body${order}), ${emptyList}) from (${numbered}) n`
      : `select coalesce(json_agg(row_to_json(n.*)), ${emptyList}) from (${inner}) n`;
    return as(`(${source})`, item.key);
  });
}

function count(writer: StatementWriter, rows: number, page: Page): number {
  const total = rows * page.size;
  writer.cost += total;
  return total;
}

function whereSql(writer: StatementWriter, { list, join }: Listed, alias: string): string {
  const filter = filterSql(writer, list.resource, alias, list.page.filter);
  return [writer.walls(list.resource, alias), join?.(alias), filter].filter(Boolean).join(' and ');
}

/** A page whose rows are fetched once, with one row more to know whether there is another page. */
function pagedSql(writer: StatementWriter, listed: Listed): string {
  const { list } = listed;
  const wantsRows = list.items.some((item) => item.kind === 'nodes' || item.kind === 'edges' || item.kind === 'pageInfo');
  const page = wantsRows ? pageOf(writer, list) : null;
  const outer: string[] = list.items.map((item) => as(listItemSql(writer, listed, page, item), item.key));
  if (!page) return object(outer);
  const t = writer.alias();
  const total = count(writer, listed.rows, page);
  const bodies = list.items.flatMap((item, i) => bodySql(writer, item, { alias: t, rows: total }, i));
  const payload = `${cursorPayload(page.keys, t)} as payload`;
  const inner = `select ${t}.* from ${pageSql(page, { table: list.resource.table, alias: t, where: whereSql(writer, listed, t) }, 1)}`;
  // The page bears its table's alias: bodies are made of the page's rows only, never of the whole table.
  const numbered = `select ${[...bodies, payload, 'row_number() over () as rn'].join(', ')} from (${inner}) ${t}`;
  return `(select row_to_json(o.*) from (select ${outer.join(', ')} from (${numbered}) p) o)`;
}

function bodySql(writer: StatementWriter, item: ListItem, place: Place, i: number): string[] {
  if (item.kind === 'nodes') return [`${object([columnsSql(writer, item.selection, place)])} as body${i}`];
  if (item.kind !== 'edges') return [];
  return item.items.flatMap((edge, k) =>
    edge.kind === 'node' ? [`${object([columnsSql(writer, edge.selection, place)])} as body${i}_${k}`] : [],
  );
}

function listItemSql(writer: StatementWriter, listed: Listed, page: Page | null, item: ListItem): string {
  const { list } = listed;
  switch (item.kind) {
    case 'constant':
      return literal(item.value);
    case 'totalCount':
      return totalSql(writer, listed);
    case 'aggregate':
      return aggregateSql(writer, list.resource, item.items, (t) => whereSql(writer, listed, t));
    case 'groups':
      return groupsSql(writer, { resource: list.resource, groups: item, rows: listed.rows, where: (t) => whereSql(writer, listed, t) });
    default:
      return page ? rowsItemSql(writer, list, page, item) : 'null';
  }
}

const totalSql = (writer: StatementWriter, listed: Listed) => {
  const t = writer.alias();
  return `(select count(*)::integer from ${listed.list.resource.table} ${t} where ${whereSql(writer, listed, t)})`;
};

function rowsItemSql(
  writer: StatementWriter,
  list: ListSelection,
  page: Page,
  item: Extract<ListItem, { kind: 'nodes' | 'edges' | 'pageInfo' }>,
): string {
  const i = list.items.indexOf(item);
  const inPage = `p.rn <= ${page.limit(0)}`;
  const order = `order by p.rn ${page.backward ? 'desc' : 'asc'}`;
  if (item.kind === 'nodes') return `coalesce(json_agg(p.body${i} ${order}) filter (where ${inPage}), ${emptyList})`;
  if (item.kind === 'edges') return `coalesce(json_agg(${edgeSql(item.items, i, page)} ${order}) filter (where ${inPage}), ${emptyList})`;
  return object(item.items.map((info) => as(info.kind === 'constant' ? literal(info.value) : pageInfoSql(page, info.name), info.key)));
}

function pageInfoSql(page: Page, name: PageInfoField): string {
  const inPage = `p.rn <= ${page.limit(0)}`;
  const more = () => `coalesce(bool_or(p.rn > ${page.limit(0)}), false)`;
  const end = (last: boolean) => page.cursor(`(array_agg(p.payload order by p.rn${last ? ' desc' : ''}) filter (where ${inPage}))[1]`);
  switch (name) {
    case 'hasNextPage':
      return page.backward ? String(page.bounded) : more();
    case 'hasPreviousPage':
      return page.backward ? more() : String(page.bounded);
    case 'startCursor':
      return end(page.backward);
    case 'endCursor':
      return end(!page.backward);
  }
}

function edgeSql(items: readonly EdgeItem[], i: number, page: Page): string {
  return object(
    items.map((edge, k) => {
      if (edge.kind === 'constant') return as(literal(edge.value), edge.key);
      return as(edge.kind === 'node' ? `p.body${i}_${k}` : page.cursor('p.payload'), edge.key);
    }),
  );
}
