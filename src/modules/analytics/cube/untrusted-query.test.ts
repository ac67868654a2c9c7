import { compile, count, refusal, where } from '../testing/queries.js';

describe('what a client sends reaches SQL as a parameter or not at all', () => {
  const evil = [
    `'||pg_sleep(3)--`,
    `") FILTER (where true) --`,
    '$1',
    'x"; drop table analytics.opportunity_facts; --',
    '__proto__',
    'constructor',
    'opportunities.constructor',
    'opportunities.count; select 1',
    'toString',
  ];

  test.each(evil)(
    '%s is no measure, dimension, time dimension, segment, granularity, operator, order, direction, zone or format',
    (text) => {
      const attempts: unknown[] = [
        { measures: [text] },
        { ...count, dimensions: [text] },
        { ...count, dimensions: [`opportunities.closeDate.${text}`] },
        { ...count, timeDimensions: [{ dimension: text }] },
        { ...count, timeDimensions: [{ dimension: 'opportunities.closeDate', granularity: text }] },
        { ...count, timeDimensions: [{ dimension: 'opportunities.closeDate', dateRange: text }] },
        { ...count, timeDimensions: [{ dimension: 'opportunities.closeDate', dateRange: [text, text] }] },
        { ...count, timeDimensions: [{ dimension: 'opportunities.closeDate', compareDateRange: [text] }] },
        { ...count, segments: [text] },
        { ...count, order: { [text]: 'asc' } },
        { ...count, order: [[text, 'asc']] },
        { ...count, order: [['opportunities.count', text]] },
        { ...count, order: { 'opportunities.count': text } },
        { ...count, timezone: text },
        { ...count, responseFormat: text },
        { ...count, limit: text },
        { ...count, offset: text },
        { ...count, total: text },
        { ...count, [text]: 1 },
        { ...count, filters: [{ member: text, operator: 'set' }] },
        { ...count, filters: [{ member: 'opportunities.region', operator: text, values: ['x'] }] },
        { ...count, filters: [{ member: 'opportunities.count', operator: text, values: ['1'] }] },
        { ...count, filters: [{ member: 'opportunities.count', operator: 'gt', values: [text] }] },
        { ...count, filters: [{ member: 'opportunities.closeDate', operator: 'inDateRange', values: [text] }] },
        { ...count, filters: [{ [text]: [] }] },
      ];
      for (const attempt of attempts) {
        // An object literal with `__proto__` as computed key has it as an own key, like parsed JSON does.
        expect(refusal(attempt).code).toMatch(/^analytics\./);
      }
    },
  );

  test.each(evil)('%s as a filter value is compared, never run', (text) => {
    for (const operator of ['equals', 'notEquals', 'contains', 'startsWith', 'notEndsWith']) {
      const { text: statement, values } = where({ member: 'opportunities.agent', operator, values: [text] });
      expect(statement).not.toContain(text === '$1' ? '$1::text' : text);
      expect(JSON.stringify(values)).toContain(
        JSON.stringify(text.replace(/[\\%_]/g, operator.includes('quals') ? '$&' : '\\$&')).slice(1, -1),
      );
    }
  });

  test('offsets and abbreviations are no zones; a second name of a zone is one', () => {
    for (const timezone of ['+01:00', 'EST5EDT; --', 'Mars/Phobos', 'europe/berlin\u0000'])
      expect(refusal({ ...count, timezone }).code).toMatch(/timezone_unknown|value_invalid/);
    for (const timezone of ['Europe/Berlin', 'UTC', 'Asia/Kolkata', 'Asia/Calcutta'])
      expect(() => compile({ ...count, timezone })).not.toThrow();
  });
});

describe('what cannot be answered is refused with its place and what to do', () => {
  const deep = (levels: number): unknown =>
    levels === 0 ? { member: 'opportunities.region', operator: 'set' } : { and: [deep(levels - 1)] };

  test.each([
    [null, 'analytics.query_invalid', ''],
    ['opportunities.count', 'analytics.query_invalid', ''],
    [[], 'analytics.query_invalid', ''],
    [{}, 'analytics.query_invalid', ''],
    [{ measures: 'opportunities.count' }, 'analytics.query_invalid', '/measures'],
    [{ measures: [{}] }, 'analytics.query_invalid', '/measures/0'],
    [{ measures: ['opportunities.wonvalue'] }, 'analytics.member_unknown', '/measures/0'],
    [{ ...count, timeDimensions: [{ dimension: 'opportunities.region' }] }, 'analytics.member_unknown', '/timeDimensions/0/dimension'],
    [
      { ...count, timeDimensions: [{ dimension: 'opportunities.closeDate', dateRange: ['2017-02-30', '2017-03-01'] }] },
      'analytics.date_range_invalid',
      '/timeDimensions/0/dateRange',
    ],
    [{ ...count, limit: 50_001 }, 'analytics.limit_too_high', '/limit'],
    [{ ...count, limit: 0 }, 'analytics.query_invalid', '/limit'],
    [{ ...count, limit: 1.5 }, 'analytics.query_invalid', '/limit'],
    [{ ...count, offset: -1 }, 'analytics.query_invalid', '/offset'],
    [{ ...count, ungrouped: true }, 'analytics.query_invalid', '/ungrouped'],
    [{ ...count, order: { 'opportunities.region': 'asc' } }, 'analytics.order_not_selected', '/order/opportunities.region'],
    [{ ...count, filters: [deep(20)] }, 'analytics.query_invalid', undefined],
    [{ ...count, filters: [{ or: [] }] }, 'analytics.query_invalid', '/filters/0/or'],
    [{ ...count, filters: [{ member: 'opportunities.region', operator: 'equals' }] }, 'analytics.query_invalid', '/filters/0/values'],
    [
      { ...count, filters: [{ member: 'opportunities.region', operator: 'gt', values: ['1'] }] },
      'analytics.operator_not_allowed',
      '/filters/0/operator',
    ],
    [
      { ...count, filters: [{ member: 'opportunities.value', operator: 'gt', values: ['1e400'] }] },
      'analytics.value_invalid',
      '/filters/0/values',
    ],
    [
      { ...count, filters: [{ member: 'opportunities.region', operator: 'equals', values: ['a\u0000'] }] },
      'analytics.value_invalid',
      '/filters/0/values/0',
    ],
    [
      { ...count, filters: [{ member: 'opportunities.region', operator: 'equals', values: ['\ud800'] }] },
      'analytics.value_invalid',
      '/filters/0/values/0',
    ],
    [
      { ...count, filters: [{ member: 'opportunities.region', operator: 'equals', values: Array(501).fill('x') }] },
      'analytics.query_invalid',
      '/filters/0/values',
    ],
  ])('%j', (query, code, path) => {
    const refused = refusal(query);
    expect(refused.code).toBe(code);
    if (path !== undefined) expect(refused.path).toBe(path);
    expect(refused.message.length).toBeGreaterThan(20);
  });
});
