import { DomainError } from '#kernel/errors/domain-error.js';
import { calendarYear, type FiscalCalendar } from '#kernel/pure/fiscal.js';
import { compileQuery, type Reader } from '../cube/compile-query.js';
import { opportunities } from '../cube/opportunities.js';
import { parseQuerySet } from '../cube/parse-query.js';

export const now = new Date('2026-03-05T14:30:10Z');
export const tenantId = '0190a000-0000-7000-8000-000000000001';
export const everything: Reader = { kind: 'all', tenantId };

export const parse = (query: unknown, fiscal: FiscalCalendar = calendarYear) =>
  parseQuerySet(query, { cube: opportunities, now, timezone: 'UTC', fiscal });

/** The statement of the first query. */
export function compile(query: unknown, reader: Reader = everything) {
  const [first] = parse(query).queries;
  if (!first) throw new Error('no query');
  return compileQuery(first, reader).rows.compile();
}

/** How a query is refused. */
export function refusal(query: unknown): { code: string; path: string | undefined; message: string } {
  try {
    const set = parse(query);
    throw new Error(`accepted: ${set.queries.map((q) => compileQuery(q, everything).rows.compile().text).join('; ')}`);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { code: error.code, path: error.details.errors?.[0]?.path, message: error.message };
  }
}

export const count = { measures: ['opportunities.count'] };
export const byRegion = { ...count, dimensions: ['opportunities.region'] };
/** The statement of a count under one filter. */
export const where = (filter: unknown) => compile({ ...count, filters: [filter] });
