import { reachOf } from '#kernel/access/actor.js';
import { hasPart, narrowest } from '#kernel/access/reach.js';
import { usersWithin } from '#kernel/access/scope.js';
import { sql } from '#kernel/db/sql.js';
import { calendarYear, isFiscalCalendar, type FiscalCalendar } from '#kernel/pure/fiscal.js';
import { choice, instant, integer, json, list, object } from '#kernel/resource/fields.js';
import { defineQuery } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { pivotQuery, resultOf, type CubeResult, type Setting } from '../cube/answer.js';
import { compileQuery, type Reader } from '../cube/compile-query.js';
import { refuseMembers, visibleCube } from '../cube/member-rights.js';
import { opportunities } from '../cube/opportunities.js';
import { parseQuerySet } from '../cube/parse-query.js';
import type { Cell, CubeQuery, QueryType } from '../cube/query.js';
import { queryErrors } from '../cube/refuse.js';

const anyJson = (description: string) => json<unknown, { required: true; description: string }>({ required: true, description });

export const loadAnalytics = defineQuery({
  name: 'analytics.load',
  summary: "Answer a query in Cube's query format.",
  description:
    'Counts and sums over the deals the caller may read. Takes one query or a list of queries as @cubejs-client/core sends them; figures come as text so that no digit is lost.',
  graphql: 'analyticsLoad',
  rest: null,
  input: { query: anyJson("A query in Cube's format, or a list of them.") },
  output: {
    queryType: choice(['regularQuery', 'compareDateRangeQuery', 'blendingQuery'], { required: true }),
    results: list(
      object(
        {
          query: anyJson('The query as it was understood.'),
          data: anyJson('Rows by member name.'),
          annotation: anyJson('Titles, types and formats of the members.'),
          total: integer({ description: 'Number of rows without limit and offset, when asked for.' }),
          lastRefreshTime: instant({ required: true, description: 'When the facts were last brought up to date.' }),
        },
        { name: 'AnalyticsResult', required: true },
      ),
      { required: true, description: 'One result a query or compared date range.' },
    ),
    pivotQuery: anyJson('What a client lays out its table by.'),
  },
  errors: queryErrors,

  async run({ query }, work) {
    const { timezone, fiscal, ...setting } = await settingOf(work);
    const set = parseQuerySet(query, { cube: opportunities, now: work.now, timezone, fiscal });
    refuseMembers(set.queries, work.actor);
    const results: CubeResult[] = [];
    // One connection: the queries of a set run one after the other.
    for (const one of set.queries) {
      results.push(await answer(work, set.type, { ...one, cube: visibleCube(one.cube, work.actor) }, setting));
    }
    return { queryType: set.type, results, pivotQuery: pivotQuery(set) };
  },
});

async function answer(work: Work, type: QueryType, query: CubeQuery, setting: Setting): Promise<CubeResult> {
  const compiled = compileQuery(query, readerOf(work));
  const rows = await work.rows<Record<string, Cell>>(compiled.rows);
  const [counted] = compiled.total ? await work.rows<{ total: number }>(compiled.total) : [];
  return resultOf(type, query, { members: compiled.members, rows, total: counted?.total ?? null }, setting);
}

/** Facts are read as far as both the right to load and the right to read deals reach. */
export function readerOf({ tenantId, actor }: Pick<Work, 'tenantId' | 'actor'>): Reader {
  const reach = narrowest(reachOf(actor.permissions, 'analytics:load'), reachOf(actor.permissions, 'opportunity:read'));
  if (reach === null) return { kind: 'none', tenantId };
  if (reach === 'all') return { kind: 'all', tenantId };
  return {
    kind: 'some',
    tenantId,
    users: usersWithin(actor, reach),
    territories: hasPart(reach, 'territory') ? actor.territoryIds : [],
    principals: actor.sharedNouns.includes('opportunity') ? actor.principalIds : [],
  };
}

/** The company's currency, zone and fiscal years, and how fresh the facts are. */
export async function settingOf(work: Work): Promise<Setting & { timezone: string; fiscal: FiscalCalendar }> {
  const [row] = await work.rows<{ currency: string; time_zone: string; fiscal: unknown; refreshed_at: Date | null }>(sql`
    select t.currency, t.time_zone, t.fiscal_calendar as fiscal, (select max(f.updated_at) from analytics.opportunity_facts f where f.tenant_id = t.id) as refreshed_at
    from kernel.tenants t where t.id = ${work.tenantId}`);
  return {
    currency: row?.currency ?? 'EUR',
    timezone: row?.time_zone ?? 'UTC',
    fiscal: isFiscalCalendar(row?.fiscal) ? row.fiscal : calendarYear,
    refreshedAt: row?.refreshed_at ?? work.now,
  };
}
