import type { RowReads, ListQuery } from '#api/rest/reads.js';
import type { Principal } from '#api/auth/principal.js';
import { reachOf } from '#kernel/access/actor.js';
import { permissionMissing } from '#kernel/access/errors.js';
import { intersection } from '#kernel/access/permissions.js';
import { DomainError } from '#kernel/errors/domain-error.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { ExportedRow } from './columns.js';

/** Most rows of one export. */
export const mostRows = 500_000;
const pageRows = 200;

interface Page {
  readonly data: readonly ExportedRow[];
  readonly page: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly total?: number;
}
export type ListRequest = Pick<ListQuery, 'filter' | 'orderBy' | 'fields'> & {
  /** Most rows; `mostRows` when left out. */
  readonly limit?: number;
};
export interface OpenList {
  readonly total: number;
  /** All rows, a page at a time; each page is read when it is asked for, on a connection that is given back at once. */
  readonly pages: () => AsyncGenerator<readonly ExportedRow[]>;
}

/**
 * Who exports a list sees of it what he may read, and of that only what his right to export reaches: a right of its own, since taking
 * everything away at once is more than looking something up. A share lends a record to be looked at, not to be taken away.
 */
export function asExporter(principal: Principal, { name }: Resource): Principal {
  const { actor } = principal;
  const [read, take] = [reachOf(actor.permissions, `${name}:read`), reachOf(actor.permissions, `${name}:export`)];
  if (take === null) throw permissionMissing(`${name}:export`);
  if (read === null) throw permissionMissing(`${name}:read`);
  const both = reachOf(intersection({ [`${name}:read`]: read }, { [`${name}:read`]: take }), `${name}:read`);
  if (take === 'all') return principal;
  const permissions = { ...actor.permissions, [`${name}:read`]: both ?? 'none' } as const;
  const sharedNouns = actor.sharedNouns.filter((noun) => noun !== name);
  return { ...principal, actor: { ...actor, permissions, sharedNouns, shape: `${actor.shape}|export ${name} ${both ?? 'none'}` } };
}

/** Reads the first page, so that whatever is wrong is said before anything is sent. */
export async function openList(
  reads: RowReads,
  resource: Resource,
  { limit = mostRows, ...request }: ListRequest,
  principal: Principal,
): Promise<OpenList> {
  const read = async (after: string | null, count: boolean): Promise<Page> => {
    const query = { ...request, first: pageRows, count, expand: [], ...(after === null ? {} : { after }) };
    return JSON.parse(await reads.list(resource, query, principal)) as Page;
  };
  const first = await read(null, true);
  const total = first.total ?? 0;
  if (total > limit)
    throw new DomainError(
      'too_large',
      'export.too_many_rows',
      `The list has ${total} rows; an export takes at most ${limit}. Narrow it by a filter, or start it as an operation.`,
      { rows: total, limit },
    );
  return { total, pages: () => pagesFrom(first, limit, (after) => read(after, false)) };
}

/** Rows that come into being meanwhile may be among them; the limit holds all the same. */
async function* pagesFrom(first: Page, limit: number, read: (after: string) => Promise<Page>): AsyncGenerator<readonly ExportedRow[]> {
  let page = first;
  let rows = 0;
  for (;;) {
    yield page.data.slice(0, limit - rows);
    rows += page.data.length;
    if (!page.page.hasNextPage || page.page.endCursor === null || rows >= limit) return;
    page = await read(page.page.endCursor);
  }
}
