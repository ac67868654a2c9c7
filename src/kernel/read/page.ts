import { invalid } from '../errors/domain-error.js';
import { boundScope, nullPattern, readCursor } from './cursor.js';
import { afterSql, cursorScope, orderKeys, reversed, type OrderKey } from './order.js';
import type { ListSelection } from './selection.js';
import type { StatementWriter } from './statement.js';
import { isAbsent, plain, type Val } from './values.js';

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
  readonly after: ((alias: string) => string) | null;
}

export function pageOf(writer: StatementWriter, { page, resource }: ListSelection): Page {
  const backward = !isAbsent(page.last);
  if (backward && !isAbsent(page.first)) throw invalid('paging.first_and_last', 'Ask for `first` or for `last`, not for both.');
  const forward = orderKeys(writer, resource, page.orderBy);
  const keys = backward ? reversed(forward) : forward;
  const wanted = backward ? page.last : page.first;
  const size = isAbsent(wanted) ? defaultPage : pageSize(plain(wanted));
  const limits = new Map<number, string>();
  const limit = (extra: 0 | 1) => {
    const known =
      limits.get(extra) ?? (isAbsent(wanted) ? String(defaultPage + extra) : writer.leaf(wanted, 'integer', (v) => pageSize(v) + extra));
    limits.set(extra, known);
    return known;
  };
  const cursor = backward ? page.before : page.after;
  if (!isAbsent(backward ? page.after : page.before))
    throw invalid('paging.wrong_cursor', '`after` goes with `first`, `before` with `last`.');
  return {
    keys,
    forward,
    backward,
    bounded: !isAbsent(cursor),
    size,
    limit,
    after: isAbsent(cursor) ? null : seek(writer, cursor, keys, cursorScope(resource, forward)),
  };
}

export const pageWhere = (page: Page, alias: string): string | null => page.after?.(alias) ?? null;

function pageSize(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > largestPage) {
    throw invalid('paging.size_out_of_range', `A page holds 0 to ${largestPage} rows. Ask for less and follow the cursor.`);
  }
  return value;
}

function seek(writer: StatementWriter, cursor: Val, keys: readonly OrderKey[], scope: string): (alias: string) => string {
  const pattern = nullPattern(plain(cursor));
  const value = (i: number) =>
    writer.cursorLeaf(
      cursor,
      `text::${keys[i]?.type ?? 'text'}`,
      (raw, context) => readCursor(raw, context.cursorSecret, boundScope(context.tenantId, scope), keys.length)[i] ?? null,
    );
  const known = new Map<number, string>();
  return (alias) =>
    afterSql(keys, alias, {
      value: (i) => {
        const text = known.get(i) ?? value(i);
        known.set(i, text);
        return text;
      },
      isNull: (i) => pattern[i] === 'n',
    });
}
