import type { Principal } from '#api/auth/principal.js';
import { listQuery } from '#api/rest/query.js';
import type { RowReads } from '#api/rest/reads.js';
import { isHidden } from '#kernel/access/field-rights.js';
import { notFound } from '#kernel/errors/domain-error.js';
import { readableFields } from '#kernel/read/field-sql.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import type { Table } from '../write/formats.js';
import { columnsOf } from './columns.js';
import { asExporter, openList } from './read-list.js';

export interface Asked {
  /** `filter`, `sort` and `fields` as in an address. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly limit: number;
}
export interface OpenTable extends Table {
  readonly total: number;
  readonly filter: unknown;
}

/** A list by what its address calls it. Objects a company defined itself are called by their plural alone. */
export function resourceAt(definitions: Registry, path: string): Resource {
  const lists = [...definitions.resources.values()].filter(({ operations }) => operations.includes('list'));
  const found = lists.find((resource) => resource.path === path) ?? lists.find((resource) => resource.path === `records/${path}`);
  if (!found) throw notFound('export.no_such_list', 'There is no such list.', { list: path.slice(0, 100) });
  return found;
}

/** The list as its exporter may have it. Whatever is wrong with what is asked is said here. */
export async function openTable(reads: RowReads, resource: Resource, { query, limit }: Asked, principal: Principal): Promise<OpenTable> {
  const { filter, orderBy, fields } = listQuery(query);
  const request = { fields, limit, ...(filter === undefined ? {} : { filter }), ...(orderBy === undefined ? {} : { orderBy }) };
  const { total, pages } = await openList(reads, resource, request, asExporter(principal, resource));
  const own = () => readableFields(resource).filter((field) => !isHidden(principal.actor, resource, field));
  const shown = fields ?? ['createdAt', 'updatedAt', ...own()];
  return { resource, total, filter, pages, columns: columnsOf(resource, new Set(['id', 'version', ...shown])) };
}
