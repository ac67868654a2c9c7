import { compileQuery } from './compile-query.js';
import { byRegion, compile, count, everything, parse, refusal, tenantId, where } from '../testing/queries.js';

describe('a query becomes one statement', () => {
  test('grouped by its dimensions, walled by tenant, ordered by its first measure and then by its keys', () => {
    const { text, values } = compile(byRegion);
    expect(text).toBe(
      'select f.region as c0, (count(*)::numeric)::text as c1 from analytics.opportunity_facts f where f.tenant_id = $1 group by f.region' +
        ' order by count(*)::numeric desc nulls last, f.region nulls last limit $2 offset $3',
    );
    expect(values).toEqual([tenantId, 10_000, 0]);
  });

  test('with a time dimension in whole buckets, oldest first', () => {
    const { text, values } = compile({
      ...count,
      timeDimensions: [{ dimension: 'opportunities.closeDate', granularity: 'quarter', dateRange: ['2017-01-01', '2017-12-31'] }],
    });
    expect(text).toContain(
      `f.close_on between $2::date and $3::date group by date_trunc('quarter', f.close_on::timestamp) order by date_trunc('quarter', f.close_on::timestamp) asc`,
    );
    expect(values.slice(1, 3)).toEqual(['2017-01-01', '2017-12-31']);
  });

  test('in fiscal spans has the days they begin once, whatever it orders by and however often they are named', () => {
    const closed = { dimension: 'opportunities.closeDate', granularity: 'fiscal_quarter' };
    const engaged = { dimension: 'opportunities.engageDate', granularity: 'fiscal_quarter' };
    const { text, values } = compile({ ...count, timeDimensions: [closed, engaged] });
    const bucket = (column: string) => `fiscal.fiscal_quarter[width_bucket(f.${column}, fiscal.fiscal_quarter)]`;
    expect(text).toContain('cross join (select $1::date[] as fiscal_quarter) fiscal where');
    expect(text).toContain(`group by ${bucket('close_on')}, ${bucket('engaged_on')} order by ${bucket('close_on')} asc`);
    expect(values[0]).toEqual(expect.arrayContaining(['2026-01-01', '2026-04-01']));
    expect(values.filter(Array.isArray)).toHaveLength(1);
  });

  test('that asks for a total of rows has a second statement over the same groups', () => {
    const [query] = parse({ ...byRegion, total: true, limit: 1 }).queries;
    if (!query) throw new Error('no query');
    expect(compileQuery(query, everything).total?.compile().text).toBe(
      'select count(*)::int as total from (select 1 from analytics.opportunity_facts f where f.tenant_id = $1 group by f.region) g',
    );
  });
});

describe("the reader's reach is part of the statement", () => {
  test('own and team rows are those of the named owners', () => {
    const { text, values } = compile(byRegion, { kind: 'some', tenantId, users: ['u1'], territories: [], principals: [] });
    expect(text).toContain('where f.tenant_id = $1 and f.owner_id = any($2::uuid[]) group by');
    expect(values[1]).toEqual(['u1']);
  });

  test('without the right there are no rows', () => {
    expect(compile(byRegion, { kind: 'none', tenantId }).text).toContain('where f.tenant_id = $1 and false');
  });

  test('a filter cannot widen it, however it is grouped', () => {
    const { text } = compile(
      {
        ...count,
        filters: [
          {
            or: [
              { member: 'opportunities.region', operator: 'equals', values: ['West'] },
              { member: 'opportunities.region', operator: 'notEquals', values: ['West'] },
            ],
          },
        ],
      },
      { kind: 'some', tenantId, users: [], territories: [], principals: [] },
    );
    expect(text).toMatch(
      /where f\.tenant_id = \$1 and f\.owner_id = any\(\$2::uuid\[\]\) and \(.* or .*\) order by|where f\.tenant_id = \$1 and f\.owner_id = any\(\$2::uuid\[\]\) and \(.* or .*\) limit/,
    );
  });
});

describe('filters', () => {
  test.each([
    ['equals', ['West', 'East'], '(f.region) = any($2::text[])', ['West', 'East']],
    ['notEquals', ['West'], '((f.region) <> all($2::text[]) or (f.region) is null)', ['West']],
    ['contains', ['50%_\\'], '(f.region) ilike any($2::text[])', ['%50\\%\\_\\\\%']],
    ['notContains', ['a'], '((f.region) not ilike all($2::text[]) or (f.region) is null)', ['%a%']],
    ['startsWith', ['a'], '(f.region) ilike any($2::text[])', ['a%']],
    ['endsWith', ['a'], '(f.region) ilike any($2::text[])', ['%a']],
  ])('%s compares text', (operator, values, text, parameter) => {
    const statement = where({ member: 'opportunities.region', operator, values });
    expect(statement.text).toContain(`f.tenant_id = $1 and ${text}`);
    expect(statement.values[1]).toEqual(parameter);
  });

  test('null among the values means empty', () => {
    expect(where({ member: 'opportunities.account', operator: 'equals', values: [null, 'Isdom'] }).text).toContain(
      '((f.account) = any($2::text[]) or (f.account) is null)',
    );
    expect(where({ member: 'opportunities.account', operator: 'notSet' }).text).toContain('(f.account) is null');
  });

  test.each([
    ['gt', '>'],
    ['gte', '>='],
    ['lt', '<'],
    ['lte', '<='],
  ])('%s on a dimension is a condition on facts, on a measure one on groups', (operator, sign) => {
    expect(where({ member: 'opportunities.value', operator, values: ['100'] }).text).toContain(`(f.amount) ${sign} $2::numeric`);
    expect(where({ member: 'opportunities.count', operator, values: ['100'] }).text).toContain(
      `having (count(*)::numeric) ${sign} $2::numeric`,
    );
  });

  test.each([
    ['beforeDate', '2017-03-01', '< $2::date', '2017-03-01'],
    ['beforeOrOnDate', '2017-03-01', '<= $2::date', '2017-03-01'],
    ['afterDate', '2017-03-01', '> $2::date', '2017-03-01'],
    ['afterOrOnDate', '2017-03-01', '>= $2::date', '2017-03-01'],
    ['afterOrOnDate', '2017-03-01T00:00:01', '>= $2::date', '2017-03-02'],
  ])('%s compares days', (operator, value, text, day) => {
    const statement = where({ member: 'opportunities.closeDate', operator, values: [value] });
    expect(statement.text).toContain(`f.close_on ${text}`);
    expect(statement.values[1]).toBe(day);
  });

  test("a range in words is read in the query's zone", () => {
    const { values } = compile({
      ...count,
      timezone: 'Asia/Tokyo',
      filters: [{ member: 'opportunities.closeDate', operator: 'inDateRange', values: ['today'] }],
    });
    expect(values.slice(1, 3)).toEqual(['2026-03-05', '2026-03-05']);
  });

  test('a drill-down keeps only the facts that take part in the measure', () => {
    expect(where({ member: 'opportunities.wonValue', operator: 'measureFilter' }).text).toContain(`f.tenant_id = $1 and f.status = 'won'`);
  });

  test('conditions on measures and on dimensions do not mix in one group', () => {
    const mixed = [
      { member: 'opportunities.count', operator: 'gt', values: ['1'] },
      { member: 'opportunities.region', operator: 'set' },
    ];
    expect(refusal({ ...count, filters: [{ or: mixed }] })).toMatchObject({ code: 'analytics.filter_mixed', path: '/filters/0' });
    expect(() => compile({ ...count, filters: mixed })).not.toThrow();
  });
});

describe('the query is sent back as it was understood', () => {
  test("in Cube's normalised form", () => {
    const [query] = parse({
      ...byRegion,
      timeDimensions: [{ dimension: 'opportunities.closeDate', dateRange: 'last month' }],
      filters: [{ dimension: 'opportunities.stage', operator: 'set' }],
    }).queries;
    expect(query?.echo).toEqual({
      measures: ['opportunities.count'],
      dimensions: ['opportunities.region'],
      timeDimensions: [{ dimension: 'opportunities.closeDate', dateRange: ['2026-02-01T00:00:00.000', '2026-02-28T23:59:59.999'] }],
      filters: [{ member: 'opportunities.stage', operator: 'set' }],
      segments: [],
      order: [{ id: 'opportunities.count', desc: true }],
      timezone: 'UTC',
      limit: 10_000,
      rowLimit: 10_000,
      queryType: 'regularQuery',
    });
  });

  test('and can be sent again', () => {
    const [first] = parse(byRegion).queries;
    expect(parse(JSON.parse(JSON.stringify(first?.echo))).queries[0]?.echo).toEqual(first?.echo);
  });

  test('one query a compared range', () => {
    const set = parse({
      ...count,
      timeDimensions: [
        { dimension: 'opportunities.closeDate', granularity: 'month', compareDateRange: [['2017-01-01', '2017-03-31'], 'this year'] },
      ],
    });
    expect(set.type).toBe('compareDateRangeQuery');
    expect(set.queries.map((q) => q.axes[0]?.range?.[0])).toEqual(['2017-01-01T00:00:00.000', '2026-01-01T00:00:00.000']);
  });
});
