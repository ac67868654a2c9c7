import { invalid } from '../errors/domain-error.js';
import type { Resource } from '../resource/define-resource.js';
import { boundScope, nullPattern, readCursor } from './cursor.js';
import { afterSql, cursorScope, orderKeys, orderSql, reversed, type OrderKey } from './order.js';
import type { ListSelection } from './selection.js';
import type { StatementWriter } from './statement.js';
import { fingerprint, isAbsent, placesOf, plain, type Val } from './values.js';

export const defaultPage = 50;
export const largestPage = 200;

/** One page of a list: its order as fetched, how many rows, and the condition that skips earlier pages. */
export interface Page {
  readonly keys: readonly OrderKey[];
  /** The order the client sees; `keys` is its reverse when paging backwards. */
  readonly forward: readonly OrderKey[];
  readonly backward: boolean;
  /** Whether a cursor cut the list off on the side paged away from. */
  readonly bounded: boolean;
  /** Rows at most, for the cost. */
  readonly size: number;
  /** The page size plus `extra`, as SQL. */
  limit(extra: 0 | 1): string;
  /** Conditions for the rows behind the cursor, no row meeting two of them; null without a cursor. */
  readonly after: ((keys: readonly OrderKey[], alias: string) => string[]) | null;
  /** The cursor of a row with these sort values: good for this list, order, filter and tenant only. */
  cursor(payload: string): string;
}

export function pageOf(writer: StatementWriter, { page, resource }: ListSelection): Page {
  const backward = !isAbsent(page.last);
  if (backward && !isAbsent(page.first)) throw invalid('paging.first_and_last', 'Ask for `first` or for `last`, not for both.');
  const forward = orderKeys(writer, resource, page.orderBy);
  const keys = backward ? reversed(forward) : forward;
  const wanted = backward ? page.last : page.first;
  const size = isAbsent(wanted) ? defaultPage : pageSize(plain(wanted));
  // Written into the statement: with a parameter PostgreSQL takes a tenth of the table for granted and plans every run anew.
  const limit = (extra: 0 | 1) => String(size + extra);
  const cursor = backward ? page.before : page.after;
  if (!isAbsent(backward ? page.after : page.before))
    throw invalid('paging.wrong_cursor', '`after` goes with `first`, `before` with `last`.');
  const scope = scopeOf(resource, forward, page.filter);
  return {
    keys,
    forward,
    backward,
    bounded: !isAbsent(cursor),
    size,
    limit,
    after: isAbsent(cursor) ? null : seek(writer, { cursor, keys, scope, filtered: !isAbsent(page.filter) }),
    cursor: (payload) =>
      `kernel.sign_cursor(${writer.cursorSecret()}, ${writer.computed(scope.key, (c) => boundScope(c.tenantId, scope.of(c.variables)), 'text')}, ${payload})`,
  };
}

/** A table under its alias, and the condition its rows must meet whatever the page. */
interface Source {
  readonly table: string;
  readonly alias: string;
  readonly where: string;
  /** All rows of the table are in question, not those of a record. */
  readonly isWhole?: boolean;
}

/** The rows of a page in its order, as what stands behind `from`. */
export function pageSql(page: Page, source: Source, extra: 0 | 1): string {
  const { table, alias, where } = source;
  const kept = source.isWhole ? page.keys[0]?.kept : undefined;
  if (kept) return keptPageSql(page, source, { ...kept, limit: page.limit(extra) });
  const tail = ` order by ${orderSql(page.keys, alias)} limit ${page.limit(extra)}`;
  const starts = page.after?.(page.keys, alias) ?? [];
  const [only] = starts;
  if (starts.length < 2) return `${table} ${alias} where ${where}${only === undefined ? '' : ` and ${only}`}${tail}`;
  const parts = starts.map((start) => `(select ${alias}.* from ${table} ${alias} where ${where} and ${start}${tail})`);
  return `(${parts.join(' union all ')}) ${alias}${tail}`;
}

/** A walk along the index of the figure that leads the order, which has a row for each record; `where` is asked on the way. */
function keptPageSql({ keys, after }: Page, { table, alias, where }: Source, { table: beside, fieldId, limit }: Walk): string {
  const k = `${alias}k`;
  const walked = keys.map((key, i): OrderKey => {
    if (i === 0) return { ...key, sql: () => `${k}.value` };
    return key.path === 'id' ? { ...key, sql: () => `${k}.record_id` } : key;
  });
  const joined = `join ${beside} ${k} on ${k}.tenant_id = ${alias}.tenant_id and ${k}.record_id = ${alias}.id and ${k}.field_id = '${fieldId}'::uuid`;
  const rows = `select ${alias}.* from ${table} ${alias} ${joined} where ${where}`;
  const tail = ` order by ${orderSql(walked, alias)} limit ${limit}`;
  const [only = 'true', ...more] = after?.(walked, alias) ?? [];
  if (more.length === 0) return `(${rows} and ${only}${tail}) ${alias}`;
  const parts = [only, ...more].map((start) => `(${rows} and ${start}${tail})`);
  return `(${parts.join(' union all ')}) ${alias} order by ${orderSql(keys, alias)} limit ${limit}`;
}

interface Walk {
  readonly table: string;
  readonly fieldId: string;
  readonly limit: string;
}

export function pageSize(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > largestPage) {
    throw invalid('paging.size_out_of_range', `A page holds 0 to ${largestPage} rows. Ask for less and follow the cursor.`);
  }
  return value;
}

/** What a list's cursors are good for, beside their tenant. */
interface Scope {
  /** Equal for lists that share it, whatever the variables. */
  readonly key: string;
  of(variables: unknown): string;
}

function scopeOf(resource: Resource, keys: readonly OrderKey[], filter: Val | undefined): Scope {
  const order = cursorScope(resource, keys);
  if (isAbsent(filter)) return { key: order, of: () => order };
  return { key: `${order} ${JSON.stringify(placesOf(filter))}`, of: (variables) => `${order} ${fingerprint(filter, variables)}` };
}

interface Seek {
  readonly cursor: Val;
  readonly keys: readonly OrderKey[];
  readonly scope: Scope;
  readonly filtered: boolean;
}

function seek(writer: StatementWriter, { cursor, keys, scope, filtered }: Seek): (along: readonly OrderKey[], alias: string) => string[] {
  const pattern = nullPattern(plain(cursor));
  const leaf = (i: number) =>
    writer.cursorLeaf(
      cursor,
      `text::${keys[i]?.type ?? 'text'}`,
      (raw, context) =>
        readCursor(raw, context.cursorSecret, boundScope(context.tenantId, scope.of(context.variables)), keys.length)[i] ?? null,
    );
  // Where a page begins is no reason to plan it anew: from the planner it is hidden like the tenant of a whole list.
  const value = (i: number) => (filtered ? leaf(i) : `(select ${leaf(i)})`);
  const known = new Map<number, string>();
  return (along, alias) =>
    afterSql(along, alias, {
      value: (i) => {
        const text = known.get(i) ?? value(i);
        known.set(i, text);
        return text;
      },
      // Only what can be empty: a forged cursor must still meet the check of its signature.
      isNull: (i) => keys[i]?.nullable === true && pattern[i] === 'n',
    });
}
